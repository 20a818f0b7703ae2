import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApiDocument } from "../../../rest-api/openapi/document.js";
import { OPERATIONS } from "../../../rest-api/openapi/operations.js";
import type { RestContext } from "../../../rest-api/context.js";
import { loggerRoutes } from "../../../rest-api/routes/loggers.js";
import { normalResources } from "../../../rest-api/server.js";
import { projectFolder } from "../../support/folders.js";

describe("openApiDocument()", () => {
  it("describes exactly the operations that the routes have", () => {
    const context = { herder: {}, metrics: {} } as unknown as RestContext;
    const routes = [...normalResources(context), ...loggerRoutes(context)].flatMap(({ path, methods }) =>
      Object.keys(methods).map((method) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`),
    );
    assert.deepEqual(Object.keys(OPERATIONS).sort(), routes.sort());
  });

  it("is what docs/openapi.json says; SLUICE_UPDATE_DOCS=1 writes it anew", () => {
    const path = join(projectFolder, "docs", "openapi.json");
    const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
    if (process.env["SLUICE_UPDATE_DOCS"] === "1") writeFileSync(path, text);
    assert.equal(readFileSync(path, "utf8"), text);
  });

  it("refers to schemas that are there", () => {
    const document = openApiDocument() as { components: { schemas: Record<string, unknown> } };
    const names = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name!);
    assert.ok(names.length > 20);
    for (const name of names) assert.ok(name in document.components.schemas, name);
  });
});
