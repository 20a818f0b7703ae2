import assert from "node:assert/strict";
import { startsNewFile } from "../../../../connectors/confluent-gcs/schema-compatibility.js";
import type { SchemaCompatibility } from "../../../../connectors/confluent-gcs/config.js";
import type { Schema } from "../../../../runtime/api/index.js";
import {
  arraySchema,
  FLOAT64,
  INT32,
  INT64,
  mapSchema,
  OPTIONAL_STRING,
  STRING,
  structSchema,
} from "../../../../runtime/api/index.js";

const ENUM = "io.confluent.connect.avro.Enum";

function version(schema: Schema, number: number | null): Schema {
  return schema.with({ version: number });
}

function parameters(entries: Readonly<Record<string, string>>): Schema {
  return STRING.with({ parameters: new Map(Object.entries(entries)) });
}

/** A file's schema and a record's, of the same version, and whether the record fits. */
const FITS: readonly (readonly [string, Schema, Schema, boolean])[] = [
  ["a narrower number", INT64, INT32, true],
  ["a wider number", INT32, INT64, false],
  ["an integer for a double", FLOAT64, INT64, true],
  ["another type", STRING, INT32, false],
  ["another name", STRING.with({ name: "a" }), STRING.with({ name: "b" }), false],
  ["other parameters", parameters({ a: "1" }), parameters({ a: "2" }), false],
  ["another namespace only", parameters({ "connect.record.namespace": "a" }), STRING, true],
  ["another doc only", parameters({ "connect.record.doc": "a" }), parameters({ "connect.record.doc": "b" }), true],
  ["other aliases only", STRING, parameters({ "connect.record.aliases": "b" }), true],
  ["another field doc only", parameters({ "io.confluent.connect.avro.field.doc.x": "a" }), STRING, true],
  ["fewer symbols", parameters({ [ENUM]: "e", a: "a", b: "b" }), parameters({ [ENUM]: "e", a: "a" }), true],
  ["more symbols", parameters({ [ENUM]: "e", a: "a" }), parameters({ [ENUM]: "e", a: "a", b: "b" }), false],
  ["an optional value for a required one", STRING, OPTIONAL_STRING, false],
  ["an optional value where there is a default", STRING.with({ defaultValue: "d" }), OPTIONAL_STRING, true],
  ["a required value for an optional one", OPTIONAL_STRING, STRING, true],
  ["one more field", structSchema({ a: INT32 }), structSchema({ a: INT32, b: STRING }), true],
  ["a missing required field", structSchema({ a: INT32, b: STRING }), structSchema({ a: INT32 }), false],
  ["a missing optional field", structSchema({ a: INT32, b: OPTIONAL_STRING }), structSchema({ a: INT32 }), true],
  [
    "a missing field with a default",
    structSchema({ a: INT32, b: STRING.with({ defaultValue: "d" }) }),
    structSchema({ a: INT32 }),
    true,
  ],
  ["a field that does not fit", structSchema({ a: INT32 }), structSchema({ a: STRING }), false],
  ["items that fit", arraySchema(INT64), arraySchema(INT32), true],
  ["items that do not fit", arraySchema(INT32), arraySchema(INT64), false],
  ["map values that do not fit", mapSchema(STRING, INT32), mapSchema(STRING, INT64), false],
  ["map keys that do not fit", mapSchema(STRING, INT32), mapSchema(INT32, INT32), false],
];

describe("startsNewFile()", () => {
  for (const mode of ["BACKWARD", "FORWARD", "FULL"] as const)
    for (const [title, file, record, fits] of FITS)
      it(`${fits ? "keeps" : "ends"} a file at ${title} under ${mode}`, () => {
        assert.equal(startsNewFile(mode, version(file, 1), version(record, 1)), !fits);
      });

  const older = structSchema({ a: INT32 }, { version: 1 });
  const newer = structSchema({ a: INT32, b: OPTIONAL_STRING }, { version: 2 });
  const MODES: readonly (readonly [SchemaCompatibility, boolean, boolean])[] = [
    ["NONE", true, true],
    ["BACKWARD", true, false],
    ["FULL", true, false],
    ["FORWARD", false, true],
  ];
  for (const [mode, atNewer, atOlder] of MODES)
    it(`goes by versions under ${mode}`, () => {
      assert.equal(startsNewFile(mode, older, newer), atNewer);
      assert.equal(startsNewFile(mode, newer, older), atOlder);
    });

  it("ends a file at any difference under NONE", () => {
    const schema = structSchema({ a: INT32 }, { version: 1 });
    assert.equal(startsNewFile("NONE", schema, structSchema({ a: INT32 }, { version: 1 })), false);
    assert.equal(startsNewFile("NONE", schema, schema.with({ version: 2 })), true);
    assert.equal(startsNewFile("NONE", schema, schema.with({ doc: "d" })), true);
    assert.equal(startsNewFile("NONE", STRING, STRING.with({ defaultValue: "d" })), true);
  });

  it("keeps a file at the same schema and at records without one", () => {
    const schema = structSchema({ a: INT32 });
    assert.equal(startsNewFile("BACKWARD", schema, schema), false);
    assert.equal(startsNewFile("BACKWARD", null, null), false);
  });

  for (const mode of ["BACKWARD", "FORWARD", "FULL"] as const)
    it(`refuses a record where a version is missing under ${mode}`, () => {
      const expected = { kind: "data", message: `Schema version required for ${mode} compatibility` };
      assert.throws(() => startsNewFile(mode, version(INT32, 1), version(INT64, null)), expected);
      assert.throws(() => startsNewFile(mode, version(INT32, null), version(INT64, 1)), expected);
    });
});
