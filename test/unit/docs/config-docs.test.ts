import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configDocs } from "../../support/config-docs.js";
import { projectFolder } from "../../support/folders.js";

const folder = join(projectFolder, "docs", "config");

describe("configDocs()", () => {
  it("is what docs/config says; npm run docs writes it anew", () => {
    const pages = configDocs();
    if (process.env["SLUICE_UPDATE_DOCS"] === "1")
      for (const [name, text] of pages) writeFileSync(join(folder, name), text);
    assert.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort());
    for (const [name, text] of pages) assert.equal(readFileSync(join(folder, name), "utf8"), text, name);
  });

  it("marks keys that the original does not have", () => {
    assert.match(configDocs().get("worker.md")!, /^\| `task\.threads` \| INT \| none \|.*\*Extension\.\* \|$/m);
  });
});
