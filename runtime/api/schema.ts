import { deepEquals } from "./equality.js";

/**
 * Connect's schemas (`org.apache.kafka.connect.data.Schema`) and how JavaScript holds their values.
 *
 * | type                | JavaScript value                                                                          |
 * |---------------------|-------------------------------------------------------------------------------------------|
 * | INT8, INT16, INT32  | `number`                                                                                  |
 * | INT64               | `number` where it is a safe integer, else `bigint`                                        |
 * | FLOAT32, FLOAT64    | `number`; schemaless JSON numbers whose text a `number` would change are `ExactNumber`    |
 * | BOOLEAN, STRING     | `boolean`, `string`                                                                       |
 * | BYTES               | `Uint8Array`                                                                              |
 * | ARRAY, MAP, STRUCT  | array, `Map` (keys in their order), `Struct`                                              |
 * | Decimal             | `Decimal`                                                                                 |
 * | Date, Time, Timestamp | `Date`                                                                                  |
 *
 * `null` is Connect's null. Schemaless data uses the same representations.
 */
export type SchemaType =
  | "INT8"
  | "INT16"
  | "INT32"
  | "INT64"
  | "FLOAT32"
  | "FLOAT64"
  | "BOOLEAN"
  | "STRING"
  | "BYTES"
  | "ARRAY"
  | "MAP"
  | "STRUCT";

export interface Field {
  readonly name: string;
  readonly index: number;
  readonly schema: Schema;
}

type FieldOptions = readonly { readonly name: string; readonly schema: Schema }[];

export interface SchemaOptions {
  readonly optional?: boolean;
  readonly name?: string | null;
  readonly version?: number | null;
  readonly doc?: string | null;
  readonly parameters?: ReadonlyMap<string, string> | null;
  /** Absent means no default. */
  readonly defaultValue?: unknown;
  /** STRUCT only. A function is asked on first use, so that a struct can hold itself. */
  readonly fields?: FieldOptions | (() => FieldOptions);
  /** MAP only. */
  readonly keySchema?: Schema;
  /** MAP and ARRAY only. */
  readonly valueSchema?: Schema;
}

/** An immutable schema. */
export class Schema {
  readonly optional: boolean;
  readonly name: string | null;
  readonly version: number | null;
  readonly doc: string | null;
  readonly parameters: ReadonlyMap<string, string> | null;
  /** `undefined` where the schema has no default. */
  readonly defaultValue: unknown;
  readonly keySchema: Schema | null;
  readonly valueSchema: Schema | null;
  #fields: readonly Field[] | null;
  #byName: ReadonlyMap<string, Field> | null = null;
  /** Present where the fields are not known yet, or were not when the schema was made. */
  readonly #lateFields: (() => FieldOptions) | null;

  constructor(
    readonly type: SchemaType,
    options: SchemaOptions = {},
  ) {
    this.optional = options.optional ?? false;
    this.name = options.name ?? null;
    this.version = options.version ?? null;
    this.doc = options.doc ?? null;
    this.parameters = options.parameters ?? null;
    this.defaultValue = options.defaultValue;
    const fields = options.fields ?? [];
    this.#lateFields = typeof fields === "function" ? fields : null;
    this.#fields = typeof fields === "function" ? null : numbered(fields);
    this.keySchema = options.keySchema ?? null;
    this.valueSchema = options.valueSchema ?? null;
  }

  get fields(): readonly Field[] {
    return (this.#fields ??= numbered(this.#lateFields?.() ?? []));
  }

  field(name: string): Field | undefined {
    this.#byName ??= new Map(this.fields.map((field) => [field.name, field]));
    return this.#byName.get(name);
  }

  /** Connect's `ConnectSchema.equals`: everything counts, documentation and default included; parameters in any order. */
  equals(other: unknown): boolean {
    if (this === other) return true;
    return (
      other instanceof Schema &&
      this.type === other.type &&
      this.optional === other.optional &&
      this.name === other.name &&
      this.version === other.version &&
      this.doc === other.doc &&
      deepEquals(this.defaultValue, other.defaultValue) &&
      this.#fieldsEqual(other) &&
      deepEquals(this.keySchema, other.keySchema) &&
      deepEquals(this.valueSchema, other.valueSchema) &&
      deepEquals(this.parameters, other.parameters)
    );
  }

  /** Of two schemas that hold themselves, the fields are compared once: what differs shows there. */
  #fieldsEqual(other: Schema): boolean {
    if (this.#lateFields === null || other.#lateFields === null) return fieldsEqual(this.fields, other.fields);
    if (underComparison.some(([a, b]) => a === this && b === other)) return true;
    underComparison.push([this, other]);
    try {
      return fieldsEqual(this.fields, other.fields);
    } finally {
      underComparison.pop();
    }
  }

  /** The same schema with some options replaced. */
  with(changes: SchemaOptions): Schema {
    return new Schema(this.type, {
      optional: this.optional,
      name: this.name,
      version: this.version,
      doc: this.doc,
      parameters: this.parameters,
      defaultValue: this.defaultValue,
      fields: this.#fields ?? (() => this.fields),
      ...(this.keySchema === null ? {} : { keySchema: this.keySchema }),
      ...(this.valueSchema === null ? {} : { valueSchema: this.valueSchema }),
      ...changes,
    });
  }

  /** As Java prints it: `Schema{name:STRUCT}` or `Schema{STRUCT}`. */
  toString(): string {
    return this.name === null ? `Schema{${this.type}}` : `Schema{${this.name}:${this.type}}`;
  }
}

const underComparison: (readonly [Schema, Schema])[] = [];

function numbered(fields: FieldOptions): readonly Field[] {
  return fields.map((field, index) => ({ ...field, index }));
}

function fieldsEqual(a: readonly Field[], b: readonly Field[]): boolean {
  return (
    a.length === b.length &&
    a.every((field, index) => field.name === b[index]!.name && field.schema.equals(b[index]!.schema))
  );
}

export const INT8 = new Schema("INT8");
export const INT16 = new Schema("INT16");
export const INT32 = new Schema("INT32");
export const INT64 = new Schema("INT64");
export const FLOAT32 = new Schema("FLOAT32");
export const FLOAT64 = new Schema("FLOAT64");
export const BOOLEAN = new Schema("BOOLEAN");
export const STRING = new Schema("STRING");
export const BYTES = new Schema("BYTES");
export const OPTIONAL_INT8 = new Schema("INT8", { optional: true });
export const OPTIONAL_INT16 = new Schema("INT16", { optional: true });
export const OPTIONAL_INT32 = new Schema("INT32", { optional: true });
export const OPTIONAL_INT64 = new Schema("INT64", { optional: true });
export const OPTIONAL_FLOAT32 = new Schema("FLOAT32", { optional: true });
export const OPTIONAL_FLOAT64 = new Schema("FLOAT64", { optional: true });
export const OPTIONAL_BOOLEAN = new Schema("BOOLEAN", { optional: true });
export const OPTIONAL_STRING = new Schema("STRING", { optional: true });
export const OPTIONAL_BYTES = new Schema("BYTES", { optional: true });

/** A STRUCT schema; fields in the order of the entries. */
export function structSchema(
  fields: Readonly<Record<string, Schema>> | readonly (readonly [string, Schema])[],
  options: SchemaOptions = {},
): Schema {
  const entries: readonly (readonly [string, Schema])[] = Array.isArray(fields)
    ? (fields as readonly (readonly [string, Schema])[])
    : Object.entries(fields as Readonly<Record<string, Schema>>);
  return new Schema("STRUCT", { ...options, fields: entries.map(([name, schema]) => ({ name, schema })) });
}

/** An ARRAY schema. */
export function arraySchema(valueSchema: Schema, options: SchemaOptions = {}): Schema {
  return new Schema("ARRAY", { ...options, valueSchema });
}

/** A MAP schema. */
export function mapSchema(keySchema: Schema, valueSchema: Schema, options: SchemaOptions = {}): Schema {
  return new Schema("MAP", { ...options, keySchema, valueSchema });
}
