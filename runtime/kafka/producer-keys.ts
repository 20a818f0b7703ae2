import { defineConfig, oneOf, range } from "../api/index.js";

/** The properties of Java's producer that have an effect here, beside those of a connection. `ProducerConfig`, Kafka 4.1. */
export const PRODUCER_KEYS = defineConfig({
  acks: {
    type: "STRING",
    default: "all",
    importance: "LOW",
    doc: "Who must have a record before it counts as written: all, -1, 1 or 0. With 0, failures are not noticed.",
    validator: oneOf("all", "-1", "0", "1"),
  },
  "compression.type": {
    type: "STRING",
    default: "none",
    importance: "HIGH",
    doc: "none, gzip, snappy, lz4 or zstd.",
    validator: oneOf("none", "gzip", "snappy", "lz4", "zstd"),
  },
  "delivery.timeout.ms": {
    type: "INT",
    default: 120_000,
    importance: "MEDIUM",
    doc: "How long a record is tried again before its write fails.",
    validator: range(0),
  },
  "max.block.ms": {
    type: "LONG",
    default: 60_000,
    importance: "MEDIUM",
    doc: "How long to wait for a topic to be known.",
    validator: range(0),
  },
  "max.request.size": {
    type: "INT",
    default: 1_048_576,
    importance: "MEDIUM",
    doc: "Largest record, in bytes before compression.",
    validator: range(0),
  },
  "transactional.id": { type: "STRING", default: null, importance: "LOW", doc: "For transactional producers only." },
  "transaction.timeout.ms": {
    type: "INT",
    default: 60_000,
    importance: "LOW",
    doc: "How long a transaction may stay open before the broker aborts it.",
  },
});
