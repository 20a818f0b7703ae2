import {
  ConnectError,
  DatumVerdict,
  javaClassName,
  OPTIONAL_BYTES,
  type Converter,
  type LazyConverter,
  type Plugin,
  type Schema,
  type SchemaAndValue,
} from "../api/index.js";
import { CONVERTER_CONFIG } from "./converter-config.js";
import { converterPlugins } from "./converter-plugins.js";

/** Any bytes may be copied. */
const LAZY: LazyConverter = { kind: "bytes", check: () => DatumVerdict.copy };

/** Connect's ByteArrayConverter: bytes are handed on as they are. */
class ByteArrayConverter implements Converter {
  readonly lazy = LAZY;

  configure(): void {
    // Connect's own does not look at its configuration either.
  }

  toConnect(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    return { schema: OPTIONAL_BYTES, value: bytes };
  }

  fromConnect(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema !== null && schema.type !== "BYTES")
      throw new ConnectError("data", `Invalid schema type for ByteArrayConverter: ${schema.type}`);
    if (value !== null && !(value instanceof Uint8Array))
      throw new ConnectError(
        "data",
        `ByteArrayConverter is not compatible with objects of type class ${javaClassName(value)}`,
      );
    return value;
  }
}

export const byteArrayPlugins: readonly Plugin[] = converterPlugins(
  "org.apache.kafka.connect.converters.ByteArrayConverter",
  CONVERTER_CONFIG,
  () => new ByteArrayConverter(),
);
