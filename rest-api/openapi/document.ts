import { OPERATIONS, type Operation } from "./operations.js";
import { ref, SCHEMAS, type JsonSchema } from "./schemas.js";

const QUERY_SCHEMAS = {
  boolean: { type: "boolean" },
  string: { type: "string" },
  list: { type: "array", items: { type: "string" } },
} as const satisfies Record<string, JsonSchema>;

/** The OpenAPI 3.1 document of the REST API. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, operation] of Object.entries(OPERATIONS)) {
    const [method = "", path = ""] = key.split(" ");
    const methods = (paths[path] ??= {});
    methods[method.toLowerCase()] = describe(method, path, operation);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Kafka Connect REST API of Sluice",
      version: "4.1",
      description:
        "The REST API of Kafka Connect 4.1 for sink connectors. HEAD and OPTIONS are answered on every path. " +
        "While the workers rebalance, 409 asks to repeat a request.",
    },
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: { basic: { type: "http", scheme: "basic" } },
    },
    // Credentials are asked for only where the worker's configuration has the extension for it.
    security: [{}, { basic: [] }],
  };
}

function describe(method: string, path: string, operation: Operation): object {
  const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: name === "task" ? "integer" : "string" },
  }));
  const queryParameters = Object.entries(operation.query ?? {}).map(([name, kind]) => ({
    name,
    in: "query",
    required: false,
    schema: QUERY_SCHEMAS[kind],
  }));
  return {
    operationId: operationId(method, path),
    summary: operation.summary,
    ...(operation.internal === true ? { "x-internal": true } : {}),
    parameters: [...pathParameters, ...queryParameters],
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: ref(operation.body) } } } }),
    responses: Object.fromEntries(
      Object.entries(operation.answers).map(([status, schema]) => [
        status,
        {
          description: `HTTP ${status}`,
          ...(schema === null ? {} : { content: { "application/json": { schema: ref(schema) } } }),
          ...(operation.mediaType === undefined ? {} : { content: { [operation.mediaType]: {} } }),
        },
      ]),
    ),
  };
}

function operationId(method: string, path: string): string {
  const words = path.split("/").flatMap((segment) => segment.replace(/[{}]/g, "").split(/[-.]/));
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
