import { compileAvroReader, type AvroRead } from "../../api/avro/avro-reader.js";
import { parseAvroSchema, type AvroNames, type AvroType } from "../../api/avro/avro-schema.js";
import { compileAvroSkipper, type AvroSkip } from "../../api/avro/avro-skipper.js";
import { connectSchemaOf, type ToConnectOptions } from "../../api/avro/avro-to-connect.js";
import { ConnectError, type Schema } from "../../api/index.js";
import type { SchemaFormat } from "../schema-registry/schema-cache.js";

/** A registered schema, compiled. */
export interface CompiledSchema {
  readonly type: AvroType;
  readonly schema: Schema | null;
  readonly read: AvroRead;
  readonly skip: AvroSkip;
}

/** Avro schemas of the registry. */
export function avroFormat(options: ToConnectOptions, isKey: boolean): SchemaFormat<CompiledSchema> {
  return {
    schemaType: "AVRO",
    title: `Avro ${isKey ? "key" : "value"}`,
    compile: async (text, references, versionOf) => {
      const names: AvroNames = new Map();
      // One schema may be referred to by several names.
      for (const schema of new Set(references.map((reference) => reference.schema)))
        parseAvroSchema(parseJson(schema), names);
      const type = parseAvroSchema(parseJson(text), names);
      const version = await versionOf(type.kind === "record" ? type.name : null);
      const schema = connectSchemaOf(type, options, version);
      return { type, schema, read: compileAvroReader(type, schema), skip: compileAvroSkipper(type) };
    },
  };
}

/** The registry also keeps primitive schemas as bare names. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (/^[A-Za-z_][\w.]*$/.test(text)) return text;
    throw new ConnectError("data", "The registered schema is no JSON", { cause });
  }
}
