import {
  ConnectError,
  DatumVerdict,
  defineConfig,
  isUtf8,
  javaToString,
  OPTIONAL_STRING,
  parseConfig,
  type Converter,
  type LazyConverter,
  type Plugin,
  type Schema,
  type SchemaAndValue,
} from "../api/index.js";
import { findCharset, type Charset } from "./charset.js";
import { CONVERTER_CONFIG } from "./converter-config.js";
import { converterPlugins } from "./converter-plugins.js";

const STRING_CONVERTER_CONFIG = defineConfig({
  ...CONVERTER_CONFIG,
  "converter.encoding": {
    type: "STRING",
    default: "UTF-8",
    importance: "HIGH",
    doc: "Java name of the character set in which strings are written and read.",
    width: "MEDIUM",
    displayName: "Encoding",
  },
});

/** Malformed bytes are readable all the same, but not to be copied. */
const LAZY_UTF8: LazyConverter = {
  kind: "utf8",
  check: (buffer, start, end) => (isUtf8(buffer, start, end) ? DatumVerdict.copy : DatumVerdict.convert),
};

/** Connect's StringConverter: text in, `toString` of anything out. */
class StringConverter implements Converter {
  #charset: Charset = findCharset("UTF-8")!;

  get lazy(): LazyConverter | null {
    return this.#charset.isUtf8 ? LAZY_UTF8 : null;
  }

  configure(config: Readonly<Record<string, string>>): void {
    const encoding = parseConfig(STRING_CONVERTER_CONFIG, config)["converter.encoding"];
    const charset = findCharset(encoding);
    if (charset === null)
      throw new ConnectError("config", `Unsupported encoding ${encoding}`, {
        javaClass: "org.apache.kafka.common.errors.SerializationException",
      });
    this.#charset = charset;
  }

  toConnect(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    return { schema: OPTIONAL_STRING, value: bytes === null ? null : this.#charset.decode(bytes) };
  }

  fromConnect(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    return value === null ? null : this.#charset.encode(javaToString(value, schema));
  }
}

export const stringPlugins: readonly Plugin[] = converterPlugins(
  "org.apache.kafka.connect.storage.StringConverter",
  STRING_CONVERTER_CONFIG,
  () => new StringConverter(),
);
