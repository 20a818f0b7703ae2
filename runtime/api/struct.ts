import { Decimal } from "./decimal.js";
import { deepEquals } from "./equality.js";
import type { Equatable } from "./equality.js";
import { ConnectError } from "./errors.js";
import { ExactNumber } from "./exact-number.js";
import { javaClassName, javaToString } from "./java-text.js";
import { DATE, DECIMAL, TIME, TIMESTAMP } from "./logical-types.js";
import type { Field, Schema } from "./schema.js";

/** A value of a STRUCT schema. Rules and texts of `org.apache.kafka.connect.data.Struct`. */
export class Struct implements Equatable {
  readonly #values: unknown[];

  /**
   * An empty struct, or one over `values` that are known to fit, in field order (the array is kept, nothing is checked).
   * Throws ConnectError `data` where `schema` is no STRUCT.
   */
  constructor(
    readonly schema: Schema,
    values?: unknown[],
  ) {
    if (schema.type !== "STRUCT") throw new ConnectError("data", `Not a struct schema: ${schema.toString()}`);
    this.#values = values ?? new Array<unknown>(schema.fields.length).fill(null);
  }

  /** The value, or the field's default where the value is null. Throws ConnectError `data` for an unknown field. */
  get(field: string | Field): unknown {
    const found = typeof field === "string" ? this.#field(field) : field;
    const value = this.#values[found.index];
    return value === null ? (found.schema.defaultValue ?? null) : value;
  }

  getWithoutDefault(field: string | Field): unknown {
    return this.#values[(typeof field === "string" ? this.#field(field) : field).index];
  }

  /** The value at a field's index, without default. */
  at(index: number): unknown {
    return this.#values[index];
  }

  /** Throws ConnectError `data` where the field is unknown or the value does not fit its schema. */
  put(field: string | Field, value: unknown): this {
    const found = typeof field === "string" ? this.#field(field) : field;
    validateField(found, value);
    this.#values[found.index] = value;
    return this;
  }

  /** Throws ConnectError `data` for the first field whose value is missing or does not fit. */
  validate(): void {
    for (const field of this.schema.fields) {
      const value = this.#values[field.index];
      if (value === null && (field.schema.optional || hasDefault(field.schema))) continue;
      validateField(field, value);
    }
  }

  equals(other: unknown): boolean {
    return (
      this === other ||
      (other instanceof Struct && this.schema.equals(other.schema) && deepEquals(this.#values, other.#values))
    );
  }

  /** As Java prints it: `Struct{a=1,b=x}`, null fields left out, defaults not filled in. */
  toString(): string {
    const parts: string[] = [];
    for (const field of this.schema.fields) {
      const value = this.#values[field.index];
      if (value !== null) parts.push(`${field.name}=${javaToString(value, field.schema)}`);
    }
    return `Struct{${parts.join(",")}}`;
  }

  #field(name: string): Field {
    const field = this.schema.field(name);
    if (field === undefined) throw new ConnectError("data", `${name} is not a valid field name`);
    return field;
  }
}

/** True where the schema has a default other than null. */
export function hasDefault(schema: Schema): boolean {
  return schema.defaultValue !== undefined && schema.defaultValue !== null;
}

/** Connect's `ConnectSchema.validateValue`: throws ConnectError `data` where `value` does not fit `schema`. */
export function validateValue(schema: Schema, value: unknown): void {
  validateAt(schema, value, "value");
}

function validateField(field: Field, value: unknown): void {
  if (isPlainFit(field.schema, value)) return;
  validateAt(field.schema, value, `field: "${field.name}"`);
}

/** The common case without building a location: a primitive of the right kind. */
function isPlainFit(schema: Schema, value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return schema.type === "STRING" && schema.name === null;
    case "number":
    case "bigint":
    case "boolean":
      return schema.name === null && fits(schema, value);
    default:
      return false;
  }
}

function validateAt(schema: Schema, value: unknown, location: string): void {
  if (value === null || value === undefined) {
    if (schema.optional) return;
    throw new ConnectError("data", `Invalid value: null used for required ${location}, schema type: ${schema.type}`);
  }
  if (!fits(schema, value)) {
    const name = schema.name === null ? "" : ` "${schema.name}"`;
    throw new ConnectError(
      "data",
      `Invalid Java object for schema${name} with type ${schema.type}: class ${javaClassName(value)} for ${location}`,
    );
  }
  if (schema.type === "STRUCT" && value instanceof Struct) {
    if (!value.schema.equals(schema)) throw new ConnectError("data", "Struct schemas do not match.");
    value.validate();
  } else if (schema.type === "ARRAY" && Array.isArray(value)) {
    const at = `element of array ${location}`;
    const items = schemaAt(schema.valueSchema, at);
    for (const item of value) validateAt(items, item, at);
  } else if (schema.type === "MAP" && value instanceof Map) {
    const keys = schemaAt(schema.keySchema, `key of map ${location}`);
    const values = schemaAt(schema.valueSchema, `value of map ${location}`);
    for (const [key, item] of value as Map<unknown, unknown>) {
      validateAt(keys, key, `key of map ${location}`);
      validateAt(values, item, `value of map ${location}`);
    }
  }
}

function schemaAt(schema: Schema | null, location: string): Schema {
  if (schema === null) throw new ConnectError("data", `No schema defined for ${location}`);
  return schema;
}

const INTEGER_LIMITS: Readonly<Record<string, number>> = { INT8: 0x80, INT16: 0x8000, INT32: 0x8000_0000 };

function fits(schema: Schema, value: unknown): boolean {
  switch (schema.name) {
    case DECIMAL:
      return value instanceof Decimal;
    case DATE:
    case TIME:
    case TIMESTAMP:
      return value instanceof Date;
    default:
      return fitsType(schema, value);
  }
}

function fitsType(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32": {
      const limit = INTEGER_LIMITS[schema.type]!;
      return Number.isInteger(value) && (value as number) < limit && (value as number) >= -limit;
    }
    case "INT64":
      return typeof value === "bigint" || Number.isInteger(value);
    case "FLOAT32":
      return typeof value === "number";
    case "FLOAT64":
      return typeof value === "number" || value instanceof ExactNumber;
    case "BOOLEAN":
      return typeof value === "boolean";
    case "STRING":
      return typeof value === "string";
    case "BYTES":
      return value instanceof Uint8Array;
    case "ARRAY":
      return Array.isArray(value);
    case "MAP":
      return value instanceof Map;
    case "STRUCT":
      return value instanceof Struct;
  }
}
