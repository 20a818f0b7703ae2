import {
  defineConfig,
  javaRegex,
  javaRegexWhole,
  parseConfig,
  type Plugin,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { JavaReplacement } from "./java-replacement.js";
import { recordPlugin } from "./plugin.js";
import { validRegex } from "./requirements.js";

const CONFIG = defineConfig({
  regex: {
    type: "STRING",
    validator: validRegex,
    importance: "HIGH",
    doc: "Java regular expression; records whose whole topic name matches it get a new topic.",
  },
  replacement: {
    type: "STRING",
    importance: "HIGH",
    doc: "What takes the place of the first match, with $1 or ${name} for its groups.",
  },
});

class RegexRouter implements Transformation {
  #whole = /^$/;
  #first = /^$/;
  #replacement = new JavaReplacement("");

  configure(config: Readonly<Record<string, string>>): void {
    const { regex, replacement } = parseConfig(CONFIG, config);
    this.#whole = javaRegexWhole(regex);
    this.#first = javaRegex(regex);
    this.#replacement = new JavaReplacement(replacement);
  }

  apply(record: SinkRecord): SinkRecord {
    const { topic } = record;
    if (!this.#whole.test(topic)) return record;
    // Connect matches the whole name but replaces the first match, which may be shorter.
    const match = this.#first.exec(topic);
    if (match === null) return record;
    const end = match.index + match[0].length;
    return record.with({ topic: topic.slice(0, match.index) + this.#replacement.expand(match) + topic.slice(end) });
  }
}

export const regexRouterPlugin: Plugin = recordPlugin("RegexRouter", CONFIG, () => new RegexRouter());
