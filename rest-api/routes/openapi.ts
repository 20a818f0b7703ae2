import { ok, type Resource } from "../answer.js";
import { openApiDocument } from "../openapi/document.js";

/** The description of this API, for tools. */
export function openApiRoutes(): Resource[] {
  return [{ path: "/openapi.json", consumesJsonOnly: false, methods: { GET: () => ok(openApiDocument()) } }];
}
