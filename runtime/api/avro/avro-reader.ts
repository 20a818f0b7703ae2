import { Decimal } from "../decimal.js";
import { ConnectError } from "../errors.js";
import { hashMapCapacity, inHashMapOrder } from "../java-map.js";
import { DATE, daysToDate, DECIMAL, decimalScale, msToTime, msToTimestamp, TIME, TIMESTAMP } from "../logical-types.js";
import type { Schema } from "../schema.js";
import { Struct } from "../struct.js";
import type { AvroInput } from "./avro-input.js";
import { nullableOf } from "./avro-schema.js";
import type { AvroRecord, AvroType } from "./avro-schema.js";
import { isMapEntry } from "./avro-to-connect.js";

/**
 * Avro's binary encoding to Connect values, `GenericDatumReader` and `AvroData.toConnectData` in one step. The Connect schema
 * must be the one that `connectSchemaOf` makes of the Avro type.
 */

/** Reads one value. Throws ConnectError `data` where the bytes do not fit. Byte values are copies. */
export type AvroRead = (input: AvroInput) => unknown;

/** A reader for `type`; with a null schema it reads `AvroData`'s Anything as schemaless data. */
export function compileAvroReader(type: AvroType, schema: Schema | null): AvroRead {
  return new Compiler().compile(type, schema);
}

class Compiler {
  /** Readers of structs that are being compiled, for schemas that hold themselves. */
  private readonly open = new Map<Schema, { read: AvroRead | null }>();

  compile(type: AvroType, schema: Schema | null): AvroRead {
    if (schema === null) return compileAnything(type);
    if (type.kind === "union") return this.union(type.branches, schema);
    return logicalReader(schema, this.plain(type, schema));
  }

  private union(branches: readonly AvroType[], schema: Schema): AvroRead {
    const nullable = nullableOf({ kind: "union", branches });
    if (nullable !== null) {
      const read = this.compile(nullable.type, schema);
      return (input) => (input.index(2) === nullable.nullIndex ? null : read(input));
    }
    if (branches.length === 1) {
      const read = this.compile(branches[0]!, schema);
      return (input) => {
        input.index(1);
        return read(input);
      };
    }
    const present = branches.filter((branch) => branch.kind !== "null");
    const readers = branches.map((branch) => {
      const field = schema.fields[present.indexOf(branch)];
      return field === undefined ? null : { field, read: this.compile(branch, field.schema) };
    });
    return (input) => {
      const chosen = readers[input.index(readers.length)] ?? null;
      if (chosen === null) return null;
      const values = new Array<unknown>(schema.fields.length).fill(null);
      values[chosen.field.index] = chosen.read(input);
      return new Struct(schema, values);
    };
  }

  private plain(type: Exclude<AvroType, { readonly kind: "union" }>, schema: Schema): AvroRead {
    switch (type.kind) {
      case "null":
        return () => null;
      case "boolean":
        return (input) => input.boolean();
      case "int":
        return (input) => input.int();
      case "long":
        return (input) => input.long();
      case "float":
        return (input) => input.float();
      case "double":
        return (input) => input.double();
      case "string":
        return (input) => input.string();
      case "bytes":
        return (input) => bytesOf(input, input.size());
      case "fixed":
        return (input) => bytesOf(input, type.sizeBytes);
      case "enum":
        return (input) => type.symbols[input.index(type.symbols.length)];
      case "array":
        return isMapEntry(type.items) ? this.entries(type.items, schema) : this.array(type.items, schema);
      case "map":
        return this.map(type.values, schema);
      case "record":
        return this.record(type, schema);
    }
  }

  private array(items: AvroType, schema: Schema): AvroRead {
    const read = this.compile(items, schema.valueSchema);
    return (input) => {
      const list: unknown[] = [];
      for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
        for (let i = 0; i < count; i++) list.push(read(input));
      }
      return list;
    };
  }

  private map(values: AvroType, schema: Schema): AvroRead {
    const read = this.compile(values, schema.valueSchema);
    return (input) => {
      const map = new Map<unknown, unknown>();
      for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
        for (let i = 0; i < count; i++) map.set(input.string(), read(input));
      }
      return inHashMapOrder(map, hashMapCapacity(map.size));
    };
  }

  private entries(entry: AvroRecord, schema: Schema): AvroRead {
    const fields = entry.fields.map((field) => ({
      isKey: field.name === "key",
      read: this.compile(field.type, field.name === "key" ? schema.keySchema : schema.valueSchema),
    }));
    return (input) => {
      const map = new Map<unknown, unknown>();
      for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
        for (let i = 0; i < count; i++) {
          let key: unknown = null;
          let value: unknown = null;
          for (const field of fields) {
            if (field.isKey) key = field.read(input);
            else value = field.read(input);
          }
          map.set(key, value);
        }
      }
      return map;
    };
  }

  private record(type: AvroRecord, schema: Schema): AvroRead {
    const again = this.open.get(schema);
    if (again !== undefined) return (input) => again.read!(input);
    const own: { read: AvroRead | null } = { read: null };
    this.open.set(schema, own);
    const readers = type.fields.map((field, index) => this.compile(field.type, schema.fields[index]!.schema));
    const count = readers.length;
    own.read = (input) => {
      const values = new Array<unknown>(count);
      for (let i = 0; i < count; i++) values[i] = readers[i]!(input);
      return new Struct(schema, values);
    };
    return own.read;
  }
}

/** Turns base values into logical ones. */
function logicalReader(schema: Schema, read: AvroRead): AvroRead {
  switch (schema.name) {
    case DECIMAL: {
      const scale = decimalScale(schema);
      return (input) => Decimal.fromBytes(read(input) as Uint8Array, scale);
    }
    case DATE:
      return (input) => daysToDate(read(input) as number);
    case TIME:
      return (input) => msToTime(Number(read(input)));
    case TIMESTAMP:
      return (input) => msToTimestamp(read(input) as number | bigint);
    default:
      return read;
  }
}

function bytesOf(input: AvroInput, size: number): Uint8Array {
  input.skip(size);
  return new Uint8Array(input.buffer.subarray(input.position - size, input.position));
}

/** `AvroData`'s Anything: a record whose only field that is not null is the value. */
function compileAnything(type: AvroType): AvroRead {
  if (type.kind !== "record") throw new ConnectError("data", "Schemaless data needs the Anything schema");
  const read: AvroRead = (input) => {
    let value: unknown = null;
    for (const field of type.fields) if (input.index(2) === 1) value = readAnything(field.name, input, read);
    return value;
  };
  return read;
}

function readAnything(field: string, input: AvroInput, read: AvroRead): unknown {
  switch (field) {
    case "boolean":
      return input.boolean();
    case "bytes":
      return bytesOf(input, input.size());
    case "double":
      return input.double();
    case "float":
      return input.float();
    case "int":
      return input.int();
    case "long":
      return input.long();
    case "string":
      return input.string();
    case "array": {
      const list: unknown[] = [];
      for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
        for (let i = 0; i < count; i++) list.push(read(input));
      }
      return list;
    }
    case "map": {
      const map = new Map<unknown, unknown>();
      for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
        for (let i = 0; i < count; i++) map.set(read(input), read(input));
      }
      return map;
    }
    default:
      throw new ConnectError("data", "Malformed schemaless data");
  }
}
