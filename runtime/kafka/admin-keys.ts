import { defineConfig, range } from "../api/index.js";

/** The properties of Java's admin client that have an effect here, beside those of a connection. `AdminClientConfig`, Kafka 4.1. */
export const ADMIN_KEYS = defineConfig({
  "default.api.timeout.ms": {
    type: "INT",
    default: 60_000,
    importance: "MEDIUM",
    doc: "How long an operation is tried again before it fails.",
    validator: range(0),
  },
});
