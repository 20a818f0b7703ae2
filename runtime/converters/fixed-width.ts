import {
  ConnectError,
  ExactNumber,
  javaClassName,
  OPTIONAL_BOOLEAN,
  OPTIONAL_FLOAT32,
  OPTIONAL_FLOAT64,
  OPTIONAL_INT16,
  OPTIONAL_INT32,
  OPTIONAL_INT64,
  parseConfig,
  type Converter,
  type Plugin,
  type Schema,
  type SchemaAndValue,
} from "../api/index.js";
import { CONVERTER_CONFIG } from "./converter-config.js";
import { converterPlugins } from "./converter-plugins.js";

/** What is particular to one of Connect's converters for numbers of fixed width, all big-endian. */
interface NumberFormat {
  /** Java's name of the type, for texts. */
  readonly typeName: string;
  readonly schema: Schema;
  readonly width: number;
  /** Class that Kafka's texts name for a wrong size. */
  readonly deserializer: string;
  accepts(value: unknown): boolean;
  read(view: DataView): number | bigint;
  write(view: DataView, value: unknown): void;
}

const integerWithin = (bits: number) => (value: unknown) =>
  Number.isInteger(value) && (value as number) >= -(2 ** (bits - 1)) && (value as number) < 2 ** (bits - 1);

const isFloat = (value: unknown): boolean => typeof value === "number" || value instanceof ExactNumber;

const SHORT: NumberFormat = {
  typeName: "short",
  schema: OPTIONAL_INT16,
  width: 2,
  deserializer: "ShortDeserializer",
  accepts: integerWithin(16),
  read: (view) => view.getInt16(0),
  write: (view, value) => {
    view.setInt16(0, value as number);
  },
};

const INTEGER: NumberFormat = {
  typeName: "integer",
  schema: OPTIONAL_INT32,
  width: 4,
  deserializer: "IntegerDeserializer",
  accepts: integerWithin(32),
  read: (view) => view.getInt32(0),
  write: (view, value) => {
    view.setInt32(0, value as number);
  },
};

const LONG: NumberFormat = {
  typeName: "long",
  schema: OPTIONAL_INT64,
  width: 8,
  deserializer: "LongDeserializer",
  accepts: (value) => typeof value === "bigint" || Number.isInteger(value),
  read: (view) => {
    const value = view.getBigInt64(0);
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  },
  write: (view, value) => {
    view.setBigInt64(0, BigInt(value as number | bigint));
  },
};

const FLOAT: NumberFormat = {
  typeName: "float",
  schema: OPTIONAL_FLOAT32,
  width: 4,
  deserializer: "Deserializer",
  accepts: isFloat,
  read: (view) => view.getFloat32(0),
  write: (view, value) => {
    view.setFloat32(0, Number(value));
  },
};

const DOUBLE: NumberFormat = {
  typeName: "double",
  schema: OPTIONAL_FLOAT64,
  width: 8,
  deserializer: "Deserializer",
  accepts: isFloat,
  read: (view) => view.getFloat64(0),
  write: (view, value) => {
    view.setFloat64(0, Number(value));
  },
};

class NumberConverter implements Converter {
  readonly #format: NumberFormat;

  constructor(format: NumberFormat) {
    this.#format = format;
  }

  configure(config: Readonly<Record<string, string>>): void {
    parseConfig(CONVERTER_CONFIG, config);
  }

  toConnect(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    const { schema, width, deserializer, typeName } = this.#format;
    if (bytes === null) return { schema, value: null };
    if (bytes.length !== width)
      throw deserializationError(typeName, `Size of data received by ${deserializer} is not ${width}`);
    return { schema, value: this.#format.read(new DataView(bytes.buffer, bytes.byteOffset, width)) };
  }

  fromConnect(_topic: string, _schema: Schema | null, value: unknown): Uint8Array | null {
    if (value === null) return null;
    if (!this.#format.accepts(value))
      throw new ConnectError(
        "data",
        `Failed to serialize to ${this.#format.typeName} (was class ${javaClassName(value)}): `,
      );
    const bytes = new Uint8Array(this.#format.width);
    this.#format.write(new DataView(bytes.buffer), value);
    return bytes;
  }
}

class BooleanConverter implements Converter {
  configure(config: Readonly<Record<string, string>>): void {
    parseConfig(CONVERTER_CONFIG, config);
  }

  toConnect(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: OPTIONAL_BOOLEAN, value: null };
    if (bytes.length !== 1)
      throw deserializationError("boolean", "Size of data received by BooleanDeserializer is not 1");
    const byte = bytes[0]!;
    if (byte > 1)
      throw deserializationError("boolean", `Unexpected byte received by BooleanDeserializer: ${(byte << 24) >> 24}`);
    return { schema: OPTIONAL_BOOLEAN, value: byte === 1 };
  }

  fromConnect(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema !== null && schema.type !== "BOOLEAN")
      throw new ConnectError("data", `Invalid schema type for BooleanConverter: ${schema.type}`);
    if (value === null) return null;
    if (typeof value !== "boolean")
      throw new ConnectError(
        "data",
        `BooleanConverter is not compatible with objects of type class ${javaClassName(value)}`,
      );
    return Uint8Array.of(value ? 1 : 0);
  }
}

function deserializationError(typeName: string, reason: string): ConnectError {
  return new ConnectError("data", `Failed to deserialize ${typeName}: `, {
    cause: new ConnectError("data", reason, { javaClass: "org.apache.kafka.common.errors.SerializationException" }),
  });
}

const NUMBER_CLASSES: readonly (readonly [string, NumberFormat])[] = [
  ["DoubleConverter", DOUBLE],
  ["FloatConverter", FLOAT],
  ["IntegerConverter", INTEGER],
  ["LongConverter", LONG],
  ["ShortConverter", SHORT],
];

export const fixedWidthPlugins: readonly Plugin[] = [
  ...NUMBER_CLASSES.flatMap(([name, format]) =>
    converterPlugins(
      `org.apache.kafka.connect.converters.${name}`,
      CONVERTER_CONFIG,
      () => new NumberConverter(format),
    ),
  ),
  ...converterPlugins(
    "org.apache.kafka.connect.converters.BooleanConverter",
    CONVERTER_CONFIG,
    () => new BooleanConverter(),
  ),
];
