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

const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;
const LOWER_E = 0x65;
const UPPER_E = 0x45;

/** True for blanks, a sign, digits and points, any of them missing, and then an `e`. */
function startsWithExponent(buffer: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && (buffer[at]! <= 0x20 || buffer[at]! >= 0x7f)) at++;
  while (at < end && buffer[at]! >= 0x2b && buffer[at]! <= 0x39) at++;
  return at < end && (buffer[at] === LOWER_E || buffer[at] === UPPER_E);
}

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

  /** Arrays, maps and numbers with an exponent may be too large or broken; everything else can be read. */
  isSafe(buffer: Buffer, start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      const byte = buffer[at]!;
      if (byte === OPENING_BRACKET || byte === OPENING_BRACE) return false;
    }
    return !startsWithExponent(buffer, start, end);
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
