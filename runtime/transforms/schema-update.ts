import { ConnectError, Schema, validateValue, type Field } from "../api/index.js";

/** The fields of a schema that is being made. */
export type NewFields = { readonly name: string; readonly schema: Schema }[];

/**
 * A STRUCT with other fields and the name, version, doc and parameters of `source`, required and without default (Connect's
 * `SchemaUtil.copySchemaBasics`). Throws ConnectError `data` for a name that occurs twice or is empty.
 */
export function structLike(source: Schema, fields: NewFields): Schema {
  checkNames(fields);
  const { name, version, doc, parameters } = source;
  return new Schema("STRUCT", { name, version, doc, parameters: parameters?.size ? parameters : null, fields });
}

/** A STRUCT with nothing but fields. */
export function plainStruct(fields: NewFields): Schema {
  checkNames(fields);
  return new Schema("STRUCT", { fields });
}

/** A schema with a default. Throws ConnectError `data` where it does not fit, as a number under a date's name. */
export function checkedDefault(schema: Schema, defaultValue: unknown): Schema {
  try {
    validateValue(schema, defaultValue);
  } catch (cause) {
    throw schemaError("Invalid default value", cause);
  }
  return schema.with({ defaultValue });
}

function checkNames(fields: NewFields): void {
  const names = new Set<string>();
  for (const { name } of fields) {
    if (name === "") throw schemaError("fieldName cannot be null.");
    if (names.has(name)) throw schemaError(`Cannot create field because of field name duplication ${name}`);
    names.add(name);
  }
}

function schemaError(message: string, cause?: unknown): ConnectError {
  return new ConnectError("data", message, {
    javaClass: "org.apache.kafka.connect.errors.SchemaBuilderException",
    cause,
  });
}

/** Remembers what was made of a schema for as long as the schema lives. */
export class SchemaCache {
  readonly #made = new WeakMap<Schema, Schema>();
  readonly #make: (schema: Schema) => Schema;

  constructor(make: (schema: Schema) => Schema) {
    this.#make = make;
  }

  get(schema: Schema): Schema {
    let made = this.#made.get(schema);
    if (made === undefined) {
      made = this.#make(schema);
      this.#made.set(schema, made);
    }
    return made;
  }
}

/** The fields of a schema as they are. */
export function copyFields(fields: readonly Field[]): NewFields {
  return fields.map(({ name, schema }) => ({ name, schema }));
}
