import assert from "node:assert/strict";
import { readConfig, readCreateRequest, readLevel, readOffsets } from "../../../rest-api/request-body.js";

const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

describe("request-body", () => {
  it("readCreateRequest() turns scalars into strings and RUNNING into STARTED", () => {
    assert.deepEqual(
      readCreateRequest(bytes('{"name":1,"config":{"a":1.50,"b":true,"c":null},"initial_state":"running"}')),
      {
        name: "1",
        config: { a: "1.50", b: "true", c: null },
        initialState: "STARTED",
      },
    );
  });

  it("readCreateRequest() refuses what Jackson does not bind", () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ["", /Cannot invoke ".*CreateConnectorRequest\.name\(\)" because "createRequest" is null/],
      ["null", /because "createRequest" is null/],
      ["{}", /because "connectorConfig" is null/],
      ["[]", /^Cannot deserialize value of type `.*CreateConnectorRequest` from Array value/],
      ['{"name":{},"config":{}}', /`java\.lang\.String` from Object value/],
      ['{"name":"a","config":[]}', /`java\.util\.LinkedHashMap<java\.lang\.String,java\.lang\.String>` from Array/],
      ['{"name":"a","config":{"k":{}}}', /`java\.lang\.String` from Object value/],
      ['{"name":"a","config":{},"foo":1}', /^Unrecognized field "foo" \(class .*\), not marked as ignorable/],
      [
        '{"name":"a","config":{},"initial_state":"x"}',
        /^Cannot construct instance of .*InitialState`, problem: No enum constant/,
      ],
    ];
    for (const [text, message] of refused)
      assert.throws(
        () => readCreateRequest(bytes(text)),
        (error: Error) => message.test(error.message),
        text,
      );
  });

  it("readConfig() keeps a key called __proto__", () => {
    assert.deepEqual(Object.entries(readConfig(bytes('{"__proto__":"x","a":"b"}'))), [
      ["__proto__", "x"],
      ["a", "b"],
    ]);
  });

  it("readOffsets() gives values as Java would print them", () => {
    const text =
      '{"offsets":[{"partition":{"kafka_topic":"t","kafka_partition":0,"x":[1]},"offset":{"kafka_offset":9223372036854775807}},' +
      '{"partition":{"kafka_partition":1.5},"offset":null},{}]}';
    assert.deepEqual(readOffsets(bytes(text)), [
      { partition: { kafka_topic: "t", kafka_partition: 0, x: [1] }, offset: { kafka_offset: "9223372036854775807" } },
      { partition: { kafka_partition: "1.5" }, offset: null },
      { partition: null, offset: null },
    ]);
    assert.equal(readOffsets(bytes('{"offsets":null}')), null);
    assert.throws(
      () => readOffsets(bytes('{"offsets":[{"partition":{},"offset":null,"extra":1}]}')),
      /Unrecognized field "extra"/,
    );
    assert.throws(
      () => readOffsets(bytes('{"offsets":[1]}')),
      /^ConnectError: Cannot construct instance of .*ConnectorOffset`/,
    );
  });

  it("readLevel() knows no level, and no body", () => {
    assert.equal(readLevel(bytes('{"level":"debug","x":1}')), "debug");
    assert.equal(readLevel(bytes("null")), null);
    assert.equal(readLevel(bytes("{}")), null);
    assert.throws(() => readLevel(bytes("")), /because "levelMap" is null/);
  });
});
