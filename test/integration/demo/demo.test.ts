import assert from "node:assert/strict";
import { join } from "node:path";
import { projectFolder } from "../../support/folders.js";
import { runCommand } from "../../support/process.js";
import { sharedBootstrap, sharedKafka } from "../../support/shared.js";

describe("demo", () => {
  it("demo --once verifies what it has shown and leaves no topic behind", async () => {
    const program = join(projectFolder, "dist", "test", "demo", "main.js");
    const bootstrap = await sharedBootstrap();
    const args = [program, "--once", "--records", "20000", "--bootstrap", bootstrap];
    const output = await runCommand({ name: "demo", command: process.execPath, args });
    assert.match(output, /Verified: the objects hold exactly the 20,000 records produced/);
    const [topic] = /shop-events-[0-9a-f]+/.exec(output) ?? [];
    const topics = await (await sharedKafka()).withAdmin((admin) => admin.listTopics());
    assert.ok(topic !== undefined && !topics.includes(topic));
  });
});
