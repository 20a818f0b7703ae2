import assert from "node:assert/strict";
import { parseDistributedConfig, parseStandaloneConfig } from "../../../../runtime/worker/worker-config.js";

const MINIMAL = {
  "key.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
  "group.id": "g",
  "config.storage.topic": "c",
  "offset.storage.topic": "o",
  "status.storage.topic": "s",
};

/** `MINIMAL` with changes; null removes a key. */
function merge(change: Record<string, string | null>): Record<string, string> {
  const merged: Record<string, string> = { ...MINIMAL };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = value;
  }
  return merged;
}

describe("parseDistributedConfig", () => {
  it("parseDistributedConfig() gives Connect's defaults and keeps unknown keys", () => {
    const config = parseDistributedConfig({ ...MINIMAL, "some.key": "x" });
    assert.deepEqual(config.common["bootstrap.servers"], ["localhost:9092"]);
    assert.deepEqual(config.common.listeners, ["http://:8083"]);
    assert.equal(config.distributed["scheduled.rebalance.max.delay.ms"], 300000);
    assert.equal(config.distributed["config.storage.replication.factor"], 3);
    assert.equal(config.properties["some.key"], "x");
  });

  const refused: readonly (readonly [Record<string, string | null>, RegExp])[] = [
    [{ "group.id": null }, /Missing required configuration "group.id" which has no default value\./],
    [{ "value.converter": null }, /Missing required configuration "value.converter"/],
    [{ "status.storage.topic": " " }, /status\.storage\.topic/],
    [
      { "config.storage.replication.factor": "0" },
      /Invalid value 0 for configuration config\.storage\.replication\.factor/,
    ],
    [{ "status.storage.partitions": "-2" }, /Invalid value -2 for configuration status\.storage\.partitions/],
    [
      { "session.timeout.ms": "abc" },
      /Invalid value abc for configuration session\.timeout\.ms: Not a number of type INT/,
    ],
    [{ "connect.protocol": "lazy" }, /String must be one of \(case insensitive\): EAGER, COMPATIBLE, SESSIONED/],
    [{ listeners: "ftp://x:1" }, /Listener doesn't have the right format or protocol: ftp:\/\/x:1/],
    [{ listeners: "" }, /at least one URL is expected/],
    [{ "inter.worker.verification.algorithms": "HmacSHA512" }, /inter\.worker\.signature\.algorithm/],
  ];
  for (const [change, message] of refused)
    it(`parseDistributedConfig() refuses ${JSON.stringify(change)}`, () => {
      assert.throws(() => parseDistributedConfig(merge(change)), message);
    });
});

describe("parseStandaloneConfig", () => {
  it("parseStandaloneConfig() needs the offsets file as the JVM does", () => {
    assert.throws(() => parseStandaloneConfig(MINIMAL), /offset\.storage\.file\.filename/);
    assert.equal(parseStandaloneConfig({ ...MINIMAL, "offset.storage.file.filename": "f" }).distributed, null);
  });
});
