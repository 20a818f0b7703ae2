import assert from "node:assert/strict";
import { createServer } from "node:net";
import { join } from "node:path";
import { projectFolder, temporaryFolder, writeAtomically } from "../../support/folders.js";
import { OwnedProcess } from "../../support/process.js";
import { propertiesText, type Properties } from "../../support/properties.js";
import { sharedBootstrap } from "../../support/shared.js";
import { readFileSync } from "node:fs";

const WORKER: Properties = {
  listeners: "http://127.0.0.1:0",
  "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
  "offset.storage.file.filename": "unused",
};

async function run(
  command: string,
  files: readonly string[],
): Promise<{ code: number | null; lines: readonly string[] }> {
  const process = new OwnedProcess({ name: command, command: join(projectFolder, "bin", command), args: files });
  const { code } = await process.ended;
  return { code, lines: readFileSync(process.logFile, "utf8").trimEnd().split("\n") };
}

describe("The commands", () => {
  const folder = temporaryFolder("commands");
  const file = (name: string, content: Properties | string): string => {
    const path = join(folder, name);
    writeAtomically(path, typeof content === "string" ? content : propertiesText(content));
    return path;
  };

  it("connect-distributed ends with 1 and its usage without a file", async () => {
    const { code, lines } = await run("connect-distributed", []);
    assert.equal(code, 1);
    assert.match(lines.at(-1)!, /Usage: connect-distributed worker\.properties/);
  });

  it("connect-distributed ends with 2 and one line for a configuration that is wrong", async () => {
    const { code, lines } = await run("connect-distributed", [file("no-group", WORKER)]);
    assert.equal(code, 2);
    assert.deepEqual(lines.length, 1);
    assert.match(
      lines[0]!,
      /ERROR Stopping due to error: Missing required configuration "group\.id" which has no default value\./,
    );
  });

  it("connect-standalone ends with 2 when the brokers do not take the security that is configured", async () => {
    const path = file("bad-jaas", {
      ...WORKER,
      "bootstrap.servers": await sharedBootstrap(),
      "security.protocol": "SASL_PLAINTEXT",
      "sasl.mechanism": "PLAIN",
      "sasl.jaas.config": "nonsense",
    });
    const { code, lines } = await run("connect-standalone", [path]);
    assert.equal(code, 2);
    assert.ok(!lines.join("\n").includes("nonsense"), "no secret is printed");
  });

  it("connect-standalone ends with 3 and one line when its port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const worker = { ...WORKER, "bootstrap.servers": await sharedBootstrap(), listeners: `http://127.0.0.1:${port}` };
    const { code, lines } = await run("connect-standalone", [file("taken", worker)]);
    server.close();
    assert.equal(code, 3);
    assert.match(lines.at(-1)!, new RegExp(`ERROR Stopping due to error: .*127\\.0\\.0\\.1:${port}`));
  });

  it("connect-standalone ends with 3 when a connector of the command line cannot be created", async () => {
    const worker = file("worker", { ...WORKER, "bootstrap.servers": await sharedBootstrap() });
    const { code, lines } = await run("connect-standalone", [
      worker,
      file("bad.json", '{"name":"c","connector.class":"Nope"}'),
    ]);
    assert.equal(code, 3);
    assert.match(lines.at(-1)!, /which name matches Nope/);
  });
});
