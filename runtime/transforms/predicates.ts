import {
  defineConfig,
  javaRegexWhole,
  nonEmptyString,
  parseConfig,
  type Plugin,
  type Predicate,
  type SinkRecord,
} from "../api/index.js";
import { predicatePlugin } from "./plugin.js";
import { validRegex } from "./requirements.js";

const TOPIC_NAME_MATCHES = defineConfig({
  pattern: {
    type: "STRING",
    validator: (value, key) => nonEmptyString(value, key) ?? validRegex(value, key),
    importance: "MEDIUM",
    doc: "Java regular expression that the record's whole topic name matches.",
  },
});

class TopicNameMatches implements Predicate {
  #pattern = /^$/;

  configure(config: Readonly<Record<string, string>>): void {
    this.#pattern = javaRegexWhole(parseConfig(TOPIC_NAME_MATCHES, config).pattern);
  }

  test(record: SinkRecord): boolean {
    return this.#pattern.test(record.topic);
  }
}

const HAS_HEADER_KEY = defineConfig({
  name: { type: "STRING", validator: nonEmptyString, importance: "MEDIUM", doc: "Name of a header." },
});

class HasHeaderKey implements Predicate {
  #name = "";

  configure(config: Readonly<Record<string, string>>): void {
    this.#name = parseConfig(HAS_HEADER_KEY, config).name;
  }

  test(record: SinkRecord): boolean {
    return record.headers.all.some((header) => header.key === this.#name);
  }
}

const recordIsTombstone: Predicate = {
  configure() {
    // It has no keys.
  },
  test: (record) => record.value.value === null,
};

export const predicatePlugins: readonly Plugin[] = [
  predicatePlugin("HasHeaderKey", HAS_HEADER_KEY, () => new HasHeaderKey()),
  predicatePlugin("RecordIsTombstone", defineConfig({}), () => recordIsTombstone),
  predicatePlugin("TopicNameMatches", TOPIC_NAME_MATCHES, () => new TopicNameMatches()),
];
