import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../support/folders.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { freePort } from "../../support/ports.js";
import { OwnedProcess, runCommand } from "../../support/process.js";
import { sharedBootstrap } from "../../support/shared.js";

describe("container", () => {
  it("container runs a worker from CONNECT_ variables that passes the image's health check and ends on SIGTERM", async () => {
    const group = uniqueName("container");
    const port = await freePort();
    const container = new OwnedProcess({
      name: "container",
      command: process.execPath,
      args: [join(projectFolder, "dist", "bin", "container.js")],
      env: {
        CONNECT_BOOTSTRAP_SERVERS: await sharedBootstrap(),
        CONNECT_GROUP_ID: group,
        CONNECT_CONFIG_STORAGE_TOPIC: `${group}-configs`,
        CONNECT_OFFSET_STORAGE_TOPIC: `${group}-offsets`,
        CONNECT_STATUS_STORAGE_TOPIC: `${group}-status`,
        CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR: "1",
        CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR: "1",
        CONNECT_STATUS_STORAGE_REPLICATION_FACTOR: "1",
        CONNECT_KEY_CONVERTER: "org.apache.kafka.connect.storage.StringConverter",
        CONNECT_VALUE_CONVERTER: "org.apache.kafka.connect.json.JsonConverter",
        CONNECT_LISTENERS: `http://127.0.0.1:${port}`,
      },
    });
    const dockerfile = readFileSync(join(projectFolder, "Dockerfile"), "utf8");
    const [, json = ""] = /HEALTHCHECK[^[]*(\[.*\])$/m.exec(dockerfile) ?? [];
    const [, ...args] = JSON.parse(json) as string[];
    const health = (healthPort: number) =>
      runCommand({
        name: "health",
        command: process.execPath,
        args,
        env: { SLUICE_HEALTH_URL: `http://127.0.0.1:${healthPort}/health` },
      });
    await container.untilReady("is healthy", async () => (await health(port)) === "");
    await assert.rejects(health(await freePort()), /ended with 1/);
    assert.deepEqual(await container.stop(), { code: 0, signal: null });
  });
});
