import assert from "node:assert/strict";
import { formatConfigValue, type ConfigDef } from "../../../runtime/api/index.js";
import { ADMIN_KEYS } from "../../../runtime/kafka/admin-keys.js";
import { CONNECTION_KEYS } from "../../../runtime/kafka/client-config-keys.js";
import { CLIENT_KEYS, ignoredKeys } from "../../../runtime/kafka/client-keys.js";
import { CONSUMER_KEYS } from "../../../runtime/kafka/consumer-config.js";
import { JAVA_ADMIN_KEYS, JAVA_CONSUMER_KEYS, JAVA_PRODUCER_KEYS } from "../../../runtime/kafka/java-client-keys.js";
import { PRODUCER_KEYS } from "../../../runtime/kafka/producer-keys.js";

/** Where ours is not Java's on purpose: each has its reason in the key's own description. */
const OTHER_DEFAULTS = [
  "fetch.max.bytes",
  // Java prints classes with the word class in front.
  "partition.assignment.strategy",
];

describe("kafka/client-keys", () => {
  it("CLIENT_KEYS has each key with Java's type, default and importance", () => {
    const consumer = CLIENT_KEYS.consumer;
    assert.equal(Object.keys(consumer).length, 115);
    assert.equal(Object.keys(consumer)[0], "bootstrap.servers");
    assert.deepEqual(
      { ...consumer["max.poll.records"], doc: "" },
      { type: "INT", default: 500, importance: "MEDIUM", doc: "" },
    );
    assert.equal(consumer["key.deserializer"]?.default, undefined);
    assert.equal(consumer["group.id"]?.default, null);
    assert.equal(consumer["internal.leave.group.on.close"]?.internal, true);
    assert.equal(
      formatConfigValue("LIST", consumer["partition.assignment.strategy"]?.default ?? null),
      "class org.apache.kafka.clients.consumer.RangeAssignor,class org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
    );
    for (const def of Object.values(CLIENT_KEYS))
      for (const [name, key] of Object.entries(def)) assert.ok(key.doc.length > 0, name);
  });

  it("the keys that have an effect are Java's, with its types and defaults", () => {
    const pairs: readonly (readonly [ConfigDef, typeof JAVA_ADMIN_KEYS])[] = [
      [CONNECTION_KEYS, JAVA_CONSUMER_KEYS],
      [CONNECTION_KEYS, JAVA_PRODUCER_KEYS],
      [CONNECTION_KEYS, JAVA_ADMIN_KEYS],
      [CONSUMER_KEYS, JAVA_CONSUMER_KEYS],
      [PRODUCER_KEYS, JAVA_PRODUCER_KEYS],
      [ADMIN_KEYS, JAVA_ADMIN_KEYS],
    ];
    for (const [ours, java] of pairs)
      for (const [name, { type, default: fallback }] of Object.entries(ours)) {
        const [javaType, javaDefault] = java[name] ?? [];
        assert.equal(type, javaType, name);
        if (!OTHER_DEFAULTS.includes(name)) assert.equal(formatConfigValue(type, fallback ?? null), javaDefault, name);
      }
  });

  it("ignoredKeys() names what Java would act on, unless it is Java's default or means nothing", () => {
    const properties = {
      "bootstrap.servers": "a:1",
      "interceptor.classes": "com.example.Interceptor",
      "ssl.provider": "BCFIPS",
      "send.buffer.bytes": "131072",
      "linger.ms": "100",
      "key.serializer": "org.apache.kafka.common.serialization.ByteArraySerializer",
      "metric.reporters": "com.example.Reporter",
      "sasl.kerberos.service.name": "kafka",
      "value.converter": "x",
      "enable.idempotence": "false",
      "max.in.flight.requests.per.connection": "1",
    };
    assert.deepEqual(ignoredKeys(properties), [
      "interceptor.classes",
      "ssl.provider",
      "linger.ms",
      "sasl.kerberos.service.name",
    ]);
  });
});
