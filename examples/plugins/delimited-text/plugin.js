/**
 * @import { Converter, Plugin, SinkRecord, Transformation } from "sluice"
 */
import { Buffer } from "node:buffer";

/**
 * Lines such as `7;open` as maps, with the names that `columns` gives.
 * @implements {Converter}
 */
class DelimitedTextConverter {
  /** @type {string[]} */
  #columns = [];
  #separator = ";";

  /** @param {Readonly<Record<string, string>>} config */
  configure(config) {
    this.#columns = config["columns"].split(",").map((name) => name.trim());
    this.#separator = config["separator"] ?? ";";
  }

  /**
   * @param {string} _topic
   * @param {Uint8Array | null} bytes
   */
  toConnect(_topic, bytes) {
    if (bytes === null) return { schema: null, value: null };
    const cells = Buffer.from(bytes).toString("utf8").split(this.#separator);
    if (cells.length !== this.#columns.length) throw new Error(`${cells.length} cells, not ${this.#columns.length}`);
    return { schema: null, value: new Map(this.#columns.map((name, index) => [name, cells[index]])) };
  }

  /** @returns {never} */
  fromConnect() {
    throw new Error("DelimitedTextConverter only reads");
  }
}

/**
 * Puts one field of a map in upper case. The record that comes in stays as it is.
 * @implements {Transformation}
 */
class UpperCaseField {
  #field = "";

  /** @param {Readonly<Record<string, string>>} config */
  configure(config) {
    this.#field = config["field"];
  }

  /** @param {SinkRecord} record */
  apply(record) {
    const { value } = record.value;
    if (!(value instanceof Map) || typeof value.get(this.#field) !== "string") return record;
    const changed = new Map(value).set(this.#field, value.get(this.#field).toUpperCase());
    return record.with({ value: { schema: null, value: changed, source: null } });
  }
}

/** @type {readonly Plugin[]} */
export const plugins = [
  {
    kind: "converter",
    className: "com.example.DelimitedTextConverter",
    version: "1.0.0",
    configDef: {
      columns: { type: "LIST", importance: "HIGH", doc: "Names of the columns, in order." },
      separator: { type: "STRING", default: ";", importance: "LOW", doc: "What stands between two cells." },
    },
    create: () => new DelimitedTextConverter(),
  },
  {
    kind: "transformation",
    className: "com.example.UpperCaseField",
    version: "1.0.0",
    configDef: { field: { type: "STRING", importance: "HIGH", doc: "The field to change." } },
    create: () => new UpperCaseField(),
  },
];
