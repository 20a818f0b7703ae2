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

export interface SchemaOptions {
  readonly optional?: boolean;
  readonly name?: string | null;
  readonly version?: number | null;
  readonly doc?: string | null;
  readonly parameters?: ReadonlyMap<string, string> | null;
  /** Absent means no default. */
  readonly defaultValue?: unknown;
  /** STRUCT only. */
  readonly fields?: readonly { readonly name: string; readonly schema: Schema }[];
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
  readonly fields: readonly Field[];
  readonly keySchema: Schema | null;
  readonly valueSchema: Schema | null;
  readonly #byName: ReadonlyMap<string, Field>;

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
    this.fields = (options.fields ?? []).map((field, index) => ({ ...field, index }));
    this.keySchema = options.keySchema ?? null;
    this.valueSchema = options.valueSchema ?? null;
    this.#byName = new Map(this.fields.map((field) => [field.name, field]));
  }

  field(name: string): Field | undefined {
    return this.#byName.get(name);
  }
}

export const OPTIONAL_STRING = new Schema("STRING", { optional: true });
export const OPTIONAL_BYTES = new Schema("BYTES", { optional: true });
export const STRING = new Schema("STRING");
