import type { ConfigDef, Converter, HeaderConverter, Plugin } from "../api/index.js";
import { CONNECT_VERSION } from "./converter-config.js";

/** The plug-ins of a converter class of Connect's: for keys and values, and for headers. */
export function converterPlugins(className: string, configDef: ConfigDef, create: () => Converter): Plugin[] {
  const base = { className, version: CONNECT_VERSION, configDef };
  return [
    { ...base, kind: "converter", create },
    { ...base, kind: "header_converter", create: () => new ConverterForHeaders(create()) },
  ];
}

/** Connect's converters treat a header's bytes as they treat a value's. */
class ConverterForHeaders implements HeaderConverter {
  readonly #converter: Converter;

  constructor(converter: Converter) {
    this.#converter = converter;
  }

  configure(config: Readonly<Record<string, string>>): void {
    this.#converter.configure({ "converter.type": "header", ...config }, false);
  }

  toConnectHeader(...[topic, , bytes]: Parameters<HeaderConverter["toConnectHeader"]>) {
    return this.#converter.toConnect(topic, bytes);
  }

  fromConnectHeader(...[topic, header]: Parameters<HeaderConverter["fromConnectHeader"]>) {
    return this.#converter.fromConnect(topic, header.schema, header.value);
  }

  isSafe(buffer: Buffer, start: number, end: number): boolean {
    const { lazy } = this.#converter;
    if (lazy === null || lazy === undefined) return false;
    try {
      lazy.check(buffer, start, end);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#converter.close?.();
  }
}
