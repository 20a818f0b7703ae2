import {
  defineConfig,
  parseConfig,
  parseValue,
  type Header,
  type Plugin,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { recordPlugin } from "./plugin.js";
import { nonNull } from "./requirements.js";

const CONFIG = defineConfig({
  header: { type: "STRING", validator: nonNull, importance: "HIGH", doc: "Name of the header." },
  "value.literal": {
    type: "STRING",
    validator: nonNull,
    importance: "HIGH",
    doc: "Value of the header on every record; its type is guessed as the SimpleHeaderConverter does.",
  },
});

class InsertHeader implements Transformation {
  #header: Header = { key: "", schema: null, value: null };

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#header = { key: values.header, ...parseValue(values["value.literal"]) };
  }

  apply(record: SinkRecord): SinkRecord {
    return record.with({ headers: { all: [...record.headers.all, this.#header] } });
  }
}

export const insertHeaderPlugin: Plugin = recordPlugin("InsertHeader", CONFIG, () => new InsertHeader());
