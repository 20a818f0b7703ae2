import assert from "node:assert/strict";
import kafkajs from "kafkajs";
import { ConnectError } from "../../../runtime/api/index.js";
import { isKafkaError, kafkaError, translateKafkaError } from "../../../runtime/kafka/errors.js";

const { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } = kafkajs;

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });

describe("kafka/errors", () => {
  it("kafkaError() is retriable where Java's clients retry, and names Java's class", () => {
    const error = kafkaError(6, { topic: "t", partition: 1 });
    assert.equal(error.kind, "retriable");
    assert.equal(error.javaClass, "org.apache.kafka.common.errors.NotLeaderOrFollowerException");
    assert.deepEqual(error.at, { topic: "t", partition: 1 });
    const kinds = [29, 36, 69, 22, 25, 27, 68, 86, 9999].map((code) => kafkaError(code).kind);
    const rebalancing = Array.from({ length: 5 }, () => "rebalancing");
    assert.deepEqual(kinds, ["fatal", "already-exists", "not-found", ...rebalancing, "fatal"]);
    assert.match(kafkaError(9999).message, /9999/);
  });

  it("isKafkaError() knows an error by its name in the protocol", () => {
    assert.equal(isKafkaError(kafkaError(38), "TOPIC_ALREADY_EXISTS", "INVALID_REPLICATION_FACTOR"), true);
    assert.equal(isKafkaError(kafkaError(38), "TOPIC_ALREADY_EXISTS"), false);
    assert.equal(isKafkaError(new Error("x"), "TOPIC_ALREADY_EXISTS"), false);
  });

  it("translateKafkaError() leaves a ConnectError as it is", () => {
    const error = new ConnectError("timeout", "late");
    assert.equal(translateKafkaError(error), error);
  });

  it("translateKafkaError() takes lost connections for retriable, and certificates that do not fit for fatal", () => {
    const lost = translateKafkaError(new KafkaJSConnectionError("gone", { broker: "a:1", code: "ECONNRESET" }));
    assert.deepEqual([lost.kind, lost.javaClass], ["retriable", "org.apache.kafka.common.errors.NetworkException"]);
    assert.equal(translateKafkaError(coded("getaddrinfo ENOTFOUND a", "ENOTFOUND")).kind, "retriable");
    for (const code of [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "CERT_HAS_EXPIRED",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    ]) {
      const error = translateKafkaError(new KafkaJSConnectionError("no", { broker: "a:1", code }));
      assert.equal(error.kind, "fatal", code);
      assert.equal(error.javaClass, "org.apache.kafka.common.errors.SslAuthenticationException", code);
    }
  });

  it("translateKafkaError() looks through kafkajs's wrapping, and reads codes that kafkajs does not know", () => {
    const protocol = new KafkaJSProtocolError({ type: "TOPIC_ALREADY_EXISTS", code: 36, message: "x" } as never);
    const wrapped = new KafkaJSNumberOfRetriesExceeded(protocol, { retryCount: 1, retryTime: 1 });
    assert.equal(translateKafkaError(wrapped).kind, "already-exists");
    const unknown = new KafkaJSProtocolError({ code: -99, message: "Unknown error code 90" } as never);
    assert.equal(isKafkaError(translateKafkaError(unknown), "PRODUCER_FENCED"), true);
  });

  it("translateKafkaError() takes what it does not know for fatal, keeping it as the cause", () => {
    const cause = new TypeError("bug");
    const error = translateKafkaError(cause, { topic: "t" });
    assert.deepEqual([error.kind, error.message, error.cause, error.at], ["fatal", "bug", cause, { topic: "t" }]);
  });
});
