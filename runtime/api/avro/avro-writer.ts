import { ConnectError } from "../errors.js";
import { javaClassName } from "../java-text.js";
import { Decimal } from "../decimal.js";
import type { Schema } from "../schema.js";
import { Struct } from "../struct.js";
import type { AvroOutput } from "./avro-output.js";
import type { AvroEnum, AvroFixed, AvroRecord, AvroType } from "./avro-schema.js";
import { baseValue } from "./base-value.js";
import { isUnionSchema } from "./connect-to-avro.js";

/**
 * Connect values to Avro's binary encoding, `AvroData.fromConnectData` and `GenericDatumWriter` in one step. The Avro type must
 * be the one that `avroSchemaOf` makes of the Connect schema.
 */

/** Writes one value. Throws ConnectError `data` where it does not fit; `out` may hold a part of it then. */
export type AvroWrite = (value: unknown, out: AvroOutput) => void;

/** A writer for values of `schema`; null writes schemaless values as `AvroData`'s Anything. */
export function compileAvroWriter(schema: Schema | null, type: AvroType): AvroWrite {
  return new Compiler().compile(schema, type);
}

class Compiler {
  /** Writers of structs that are being compiled, for schemas that hold themselves. */
  private readonly open = new Map<Schema, { write: AvroWrite | null }>();

  compile(schema: Schema | null, type: AvroType): AvroWrite {
    if (schema === null) return this.schemaless(type);
    if (isUnionSchema(schema)) return this.unionStruct(schema, type);
    if (type.kind === "union") {
      const nullIndex = type.branches.findIndex((branch) => branch.kind === "null");
      const present = 1 - nullIndex;
      const write = this.present(schema, type.branches[present]!);
      return (value, out) => {
        if (value === null || value === undefined) out.integer(nullIndex);
        else {
          out.integer(present);
          write(value, out);
        }
      };
    }
    const write = this.present(schema, type);
    return (value, out) => {
      if (value === null || value === undefined) {
        throw new ConnectError("data", "Found null value for non-optional schema");
      }
      write(value, out);
    };
  }

  private present(schema: Schema, type: AvroType): AvroWrite {
    switch (type.kind) {
      case "boolean":
        return (value, out) => {
          out.byte(value === true ? 1 : 0);
        };
      case "int":
      case "long":
        return schema.name === null
          ? (value, out) => {
              out.long(value as number | bigint);
            }
          : (value, out) => {
              out.long(baseValue(schema, value) as number | bigint);
            };
      case "float":
        return (value, out) => {
          out.float(Number(value));
        };
      case "double":
        return (value, out) => {
          out.double(Number(value));
        };
      case "string":
        return (value, out) => {
          out.string(asText(value));
        };
      case "bytes":
        return (value, out) => {
          out.bytes(asBytes(baseValue(schema, value)));
        };
      case "fixed":
        return fixedWriter(schema, type);
      case "enum":
        return enumWriter(type);
      case "array":
        return schema.type === "MAP" ? this.entries(schema, type.items) : this.array(schema, type.items);
      case "map":
        return this.map(schema, type.values);
      case "record":
        return this.record(schema, type);
      case "null":
      case "union":
        throw new ConnectError("data", `Avro type ${type.kind} does not fit ${schema.type}`);
    }
  }

  private array(schema: Schema, items: AvroType): AvroWrite {
    const write = this.compile(schema.valueSchema, items);
    return (value, out) => {
      const list = value as readonly unknown[];
      if (list.length > 0) {
        out.integer(list.length);
        for (const item of list) write(item, out);
      }
      out.byte(0);
    };
  }

  private map(schema: Schema, values: AvroType): AvroWrite {
    const write = this.compile(schema.valueSchema, values);
    return (value, out) => {
      const map = value as ReadonlyMap<unknown, unknown>;
      if (map.size > 0) {
        out.integer(map.size);
        for (const [key, item] of map) {
          out.string(asText(key));
          write(item, out);
        }
      }
      out.byte(0);
    };
  }

  /** A map without plain string keys: an array of {key, value} records. */
  private entries(schema: Schema, items: AvroType): AvroWrite {
    const fields = items.kind === "record" ? items.fields : [];
    const writeKey = this.compile(schema.keySchema, fields[0]!.type);
    const writeValue = this.compile(schema.valueSchema, fields[1]!.type);
    return (value, out) => {
      const map = value as ReadonlyMap<unknown, unknown>;
      if (map.size > 0) {
        out.integer(map.size);
        for (const [key, item] of map) {
          writeKey(key, out);
          writeValue(item, out);
        }
      }
      out.byte(0);
    };
  }

  private record(schema: Schema, type: AvroRecord): AvroWrite {
    const again = this.open.get(schema);
    if (again !== undefined) {
      return (value, out) => {
        again.write!(value, out);
      };
    }
    const own: { write: AvroWrite | null } = { write: null };
    this.open.set(schema, own);
    const fields = schema.fields;
    const writers = fields.map((field, index) => this.compile(field.schema, type.fields[index]!.type));
    own.write = (value, out) => {
      if (!(value instanceof Struct))
        throw new ConnectError("data", `Invalid type for STRUCT: class ${javaClassName(value)}`);
      if (value.schema !== schema && !value.schema.equals(schema))
        throw new ConnectError("data", "Mismatching struct schema");
      for (let i = 0; i < writers.length; i++) writers[i]!(value.get(fields[i]!), out);
    };
    return own.write;
  }

  private unionStruct(schema: Schema, type: AvroType): AvroWrite {
    if (type.kind !== "union") throw new ConnectError("data", "A union struct needs an Avro union");
    const offset = schema.optional ? 1 : 0;
    const writers = schema.fields.map((field, index) => this.present(field.schema, type.branches[index + offset]!));
    return (value, out) => {
      if (value === null || value === undefined) {
        if (!schema.optional) throw new ConnectError("data", "Found null value for non-optional schema");
        out.integer(0);
        return;
      }
      if (!(value instanceof Struct))
        throw new ConnectError("data", `Invalid type for UNION: class ${javaClassName(value)}`);
      const struct = value;
      const index = schema.fields.findIndex((field) => struct.get(field) !== null);
      if (index < 0) throw new ConnectError("data", "Invalid type for UNION: no branch has a value");
      out.integer(index + offset);
      writers[index]!(struct.get(schema.fields[index]!), out);
    };
  }

  private schemaless(type: AvroType): AvroWrite {
    const write = (value: unknown, out: AvroOutput): void => {
      writeAnything(value, out, write);
    };
    if (type.kind !== "record") throw new ConnectError("data", "Schemaless data needs the Anything schema");
    return write;
  }
}

function fixedWriter(schema: Schema, type: AvroFixed): AvroWrite {
  return (value, out) => {
    const bytes = asBytes(baseValue(schema, value));
    if (bytes.length === type.sizeBytes) {
      out.raw(bytes);
      return;
    }
    if (!(value instanceof Decimal) || bytes.length > type.sizeBytes) {
      throw new ConnectError(
        "data",
        `Fixed size mismatch for ${type.name}: ${bytes.length} bytes, ${type.sizeBytes} wanted`,
      );
    }
    const sign = bytes[0]! > 127 ? 255 : 0;
    for (let i = bytes.length; i < type.sizeBytes; i++) out.byte(sign);
    out.raw(bytes);
  };
}

function enumWriter(type: AvroEnum): AvroWrite {
  const indexes = new Map(type.symbols.map((symbol, index) => [symbol, index]));
  return (value, out) => {
    const index = indexes.get(asText(value));
    if (index === undefined) throw new ConnectError("data", `Enum ${type.name} has no such symbol`);
    out.integer(index);
  };
}

/** Fields of the Anything record in their order: boolean, bytes, double, float, int, long, string, array, map. */
const ANYTHING_FIELDS = { boolean: 0, double: 2, long: 5, string: 6, array: 7, map: 8 } as const;
const ANYTHING_COUNT = 9;

function writeAnything(value: unknown, out: AvroOutput, write: AvroWrite): void {
  const present = anythingField(value);
  for (let field = 0; field < ANYTHING_COUNT; field++) {
    if (field !== present) out.integer(0);
    else {
      out.integer(1);
      writeAnythingValue(field, value, out, write);
    }
  }
}

function anythingField(value: unknown): number {
  switch (typeof value) {
    case "boolean":
      return ANYTHING_FIELDS.boolean;
    case "string":
      return ANYTHING_FIELDS.string;
    case "bigint":
      return ANYTHING_FIELDS.long;
    case "number":
      return Number.isInteger(value) ? ANYTHING_FIELDS.long : ANYTHING_FIELDS.double;
    default:
      break;
  }
  if (value === null || value === undefined) return -1;
  if (Array.isArray(value)) return ANYTHING_FIELDS.array;
  if (value instanceof Map) return ANYTHING_FIELDS.map;
  if (value instanceof Uint8Array || value instanceof Date || value instanceof Struct) {
    throw new ConnectError("data", `Unknown Java type for schemaless data: class ${javaClassName(value)}`);
  }
  return ANYTHING_FIELDS.double;
}

function writeAnythingValue(field: number, value: unknown, out: AvroOutput, write: AvroWrite): void {
  switch (field) {
    case ANYTHING_FIELDS.boolean:
      out.byte(value === true ? 1 : 0);
      break;
    case ANYTHING_FIELDS.double:
      out.double(Number(value));
      break;
    case ANYTHING_FIELDS.long:
      out.long(value as number | bigint);
      break;
    case ANYTHING_FIELDS.string:
      out.string(value as string);
      break;
    default: {
      const items =
        field === ANYTHING_FIELDS.array
          ? (value as readonly unknown[])
          : [...(value as ReadonlyMap<unknown, unknown>)].flat(1);
      const count = field === ANYTHING_FIELDS.array ? items.length : items.length / 2;
      if (count > 0) {
        out.integer(count);
        for (const item of items) write(item, out);
      }
      out.byte(0);
    }
  }
}

function asBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new ConnectError(
    "data",
    `Invalid class for bytes type, expecting byte[] or ByteBuffer but found class ${javaClassName(value)}`,
  );
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  throw new ConnectError(
    "data",
    `Invalid class for string type, expecting String or CharSequence but found class ${javaClassName(value)}`,
  );
}
