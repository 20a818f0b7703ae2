import {
  ConnectError,
  defineConfig,
  JavaDateFormat,
  parseConfig,
  type Plugin,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { recordPlugin } from "./plugin.js";

const CONFIG = defineConfig({
  "topic.format": {
    type: "STRING",
    default: "${topic}-${timestamp}",
    importance: "HIGH",
    doc: "The new topic, with ${topic} and ${timestamp} for the old one and the record's time.",
  },
  "timestamp.format": {
    type: "STRING",
    default: "yyyyMMdd",
    importance: "HIGH",
    doc: "Pattern of java.text.SimpleDateFormat, in UTC.",
  },
});

class TimestampRouter implements Transformation {
  #topicFormat = "";
  #timestampFormat = new JavaDateFormat("yyyyMMdd");

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#topicFormat = values["topic.format"];
    this.#timestampFormat = new JavaDateFormat(values["timestamp.format"]);
  }

  apply(record: SinkRecord): SinkRecord {
    const { timestampMs } = record;
    if (timestampMs === null) {
      const { topic, partition, offset } = record.origin;
      throw new ConnectError("data", `Timestamp missing on record: ${topic}-${partition}@${offset}`);
    }
    // Replacements as functions: `$` in a topic's name means nothing.
    const topic = this.#topicFormat
      .replaceAll("${topic}", () => record.topic)
      .replaceAll("${timestamp}", () => this.#timestampFormat.format(timestampMs));
    return record.with({ topic });
  }
}

export const timestampRouterPlugin: Plugin = recordPlugin("TimestampRouter", CONFIG, () => new TimestampRouter());
