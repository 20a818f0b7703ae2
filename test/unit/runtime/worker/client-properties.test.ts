import assert from "node:assert/strict";
import {
  checkOverrides,
  connectorAdminProperties,
  consumerProperties,
  internalClientProperties,
  memberClientProperties,
  sinkGroupId,
} from "../../../../runtime/worker/client-properties.js";
import { parseDistributedConfig } from "../../../../runtime/worker/worker-config.js";

const worker = (more: Record<string, string> = {}) =>
  parseDistributedConfig({
    "bootstrap.servers": "b:1",
    "key.converter": "K",
    "value.converter": "V",
    "group.id": "g",
    "config.storage.topic": "c",
    "offset.storage.topic": "o",
    "status.storage.topic": "s",
    "security.protocol": "SASL_SSL",
    "sasl.jaas.config": "secret",
    "consumer.fetch.min.bytes": "2",
    "admin.retries": "7",
    ...more,
  });

describe("client-properties", () => {
  it("consumerProperties() takes worker defaults and then the connector's overrides, but no top-level security", () => {
    const config = { "consumer.override.group.id": "mine", "consumer.override.fetch.min.bytes": "3" };
    assert.deepEqual(consumerProperties(worker(), "c", 4, config), {
      "bootstrap.servers": "b:1",
      "group.id": "mine",
      "client.id": "connector-consumer-c-4",
      "enable.auto.commit": "false",
      "auto.offset.reset": "earliest",
      "fetch.min.bytes": "3",
    });
  });

  it("connectorAdminProperties() takes the top-level client keys too", () => {
    const properties = connectorAdminProperties(worker(), "x", { "admin.override.retries": "8" });
    assert.equal(properties["sasl.jaas.config"], "secret");
    assert.equal(properties["retries"], "8");
    assert.equal(properties["group.id"], undefined);
  });

  it("internalClientProperties() and memberClientProperties() name clients as Connect does", () => {
    assert.equal(internalClientProperties(worker(), "configs")["client.id"], "g-configs");
    assert.equal(internalClientProperties(worker({ "client.id": "w" }), "configs")["client.id"], "g-w-configs");
    assert.equal(memberClientProperties(worker(), "h:1")["client.id"], "connect-h:1");
    assert.equal(memberClientProperties(worker({ "client.id": "w" }), "h:1")["client.id"], "w");
  });

  it("sinkGroupId() is connect-<name> unless overridden", () => {
    assert.equal(sinkGroupId("c", {}), "connect-c");
    assert.equal(sinkGroupId("c", { "consumer.override.group.id": "mine" }), "mine");
  });

  it("checkOverrides() refuses what the policy forbids, for producer and admin only with a dead letter queue", () => {
    const none = worker({ "connector.client.config.override.policy": "None" });
    const forbidden = /'None' policy does not allow 'retries'/;
    checkOverrides(none, { "producer.override.retries": "1" });
    assert.throws(() => {
      checkOverrides(none, { "consumer.override.retries": "1" });
    }, forbidden);
    assert.throws(() => {
      checkOverrides(none, { "producer.override.retries": "1", "errors.deadletterqueue.topic.name": "d" });
    }, forbidden);
    checkOverrides(worker(), { "consumer.override.retries": "1" });
  });
});
