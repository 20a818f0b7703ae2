import {
  ConnectError,
  decodeUtf8AsJava,
  defineConfig,
  parseValue,
  valueToString,
  type Header,
  type HeaderConverter,
  type Plugin,
  type SchemaAndValue,
} from "../api/index.js";
import { CONNECT_VERSION } from "./converter-config.js";

/** Connect's SimpleHeaderConverter, the default: text whose type is guessed. */
class SimpleHeaderConverter implements HeaderConverter {
  configure(): void {
    // It has no keys.
  }

  toConnectHeader(topic: string, headerKey: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    try {
      return parseValue(decodeUtf8AsJava(bytes));
    } catch (cause) {
      throw new ConnectError("data", `Failed to deserialize value for header '${headerKey}' on topic '${topic}'`, {
        cause,
      });
    }
  }

  fromConnectHeader(_topic: string, { schema, value }: Header): Uint8Array | null {
    const text = valueToString(schema, value);
    return text === null ? null : Buffer.from(text);
  }
}

export const simpleHeaderPlugins: readonly Plugin[] = [
  {
    kind: "header_converter",
    className: "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    version: CONNECT_VERSION,
    configDef: defineConfig({}),
    create: () => new SimpleHeaderConverter(),
  },
];
