import { defineConfig, parseConfig, type Plugin, type SinkRecord, type Transformation } from "../api/index.js";
import { recordPlugin } from "./plugin.js";
import { nonEmptyList } from "./requirements.js";

const CONFIG = defineConfig({
  headers: { type: "LIST", validator: nonEmptyList, importance: "HIGH", doc: "Names of the headers to remove." },
});

class DropHeaders implements Transformation {
  #names: ReadonlySet<string> = new Set();

  configure(config: Readonly<Record<string, string>>): void {
    this.#names = new Set(parseConfig(CONFIG, config).headers);
  }

  apply(record: SinkRecord): SinkRecord {
    const all = record.headers.all.filter((header) => !this.#names.has(header.key));
    return record.with({ headers: { all } });
  }
}

export const dropHeadersPlugin: Plugin = recordPlugin("DropHeaders", CONFIG, () => new DropHeaders());
