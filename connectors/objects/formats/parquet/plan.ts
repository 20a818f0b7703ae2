import { ConnectError } from "../../../../runtime/api/index.js";
import type { AvroRecord, AvroType } from "../../../../runtime/api/avro/avro-schema.js";
import type { VectorKind } from "./vector.js";

/**
 * An Avro record schema as Parquet columns, the way parquet-avro 1.15 (`AvroSchemaConverter`) lays it out: tables built on the
 * JVM sinks' objects expect its list and map shapes, its decimals and its unions.
 */

export const PhysicalType = { boolean: 0, int32: 1, int64: 2, float: 4, double: 5, byteArray: 6, fixed: 7 } as const;
export type Repetition = "required" | "optional" | "repeated";

/** Thrift `LogicalType` and the older `ConvertedType` of one schema element. */
export type Annotation =
  | { readonly kind: "string" | "enum" | "list" | "map" | "map-key-value" | "date" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "time" | "timestamp"; readonly unit: "millis" | "micros"; readonly utc: boolean };

/** One element of the file's schema, depth first. */
export interface SchemaElement {
  readonly name: string;
  readonly repetition: Repetition | null;
  readonly annotation: Annotation | null;
  /** Groups only. */
  readonly childCount?: number;
  /** Leaves only. */
  readonly physicalType?: number;
  /** Fixed only. */
  readonly typeLength?: number;
}

export interface LeafColumn {
  readonly index: number;
  readonly path: readonly string[];
  readonly vectorKind: VectorKind;
  readonly physicalType: number;
  readonly typeLength: number;
  readonly annotation: Annotation | null;
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /** Enums: the symbols' texts by index. */
  readonly symbols: readonly Buffer[] | null;
}

interface NodeBase {
  /** Definition level of a present value, and repetition level of this node's innermost list. */
  readonly definition: number;
  readonly repetition: number;
  /** Index of the null branch in the Avro union, or null when the value is always there. */
  readonly nullIndex: 0 | 1 | null;
  /** True inside a two-level list, where a null element has no place. */
  readonly nullIsError: boolean;
}

export type PlanNode = NodeBase &
  (
    | { readonly kind: "leaf"; readonly column: LeafColumn; readonly type: AvroType }
    | { readonly kind: "record"; readonly fields: readonly PlanNode[] }
    | { readonly kind: "list"; readonly item: PlanNode; readonly itemRepetition: number }
    | { readonly kind: "map"; readonly key: PlanNode; readonly value: PlanNode; readonly itemRepetition: number }
    /** Branches by Avro index; null for the null branch. */
    | { readonly kind: "union"; readonly members: readonly (PlanNode | null)[] }
    /** A field of type null: no column. */
    | { readonly kind: "nothing" }
  );

export interface ParquetPlan {
  readonly elements: readonly SchemaElement[];
  readonly columns: readonly LeafColumn[];
  readonly root: PlanNode & { readonly kind: "record" };
}

export interface PlanOptions {
  /** `parquet.avro.write-old-list-structure`: two-level lists without null elements. */
  readonly oldListStructure: boolean;
}

/** Throws ConnectError `data` where parquet-avro refuses the schema. */
export function planParquet(record: AvroRecord, options: PlanOptions): ParquetPlan {
  return new Planner(options).plan(record);
}

/** Where the planner stands: what is around the next element. */
interface Place {
  readonly path: readonly string[];
  readonly definition: number;
  readonly repetition: number;
}

class Planner {
  private readonly elements: SchemaElement[] = [];
  private readonly columns: LeafColumn[] = [];
  /** Records around the present one: a record inside itself has no columns. */
  private readonly around: AvroType[] = [];

  constructor(private readonly options: PlanOptions) {}

  plan(record: AvroRecord): ParquetPlan {
    this.elements.push({
      name: record.name,
      repetition: null,
      annotation: null,
      childCount: visibleFields(record).length,
    });
    const root = this.record(
      record,
      { path: [], definition: 0, repetition: 0 },
      { definition: 0, repetition: 0, nullIndex: null, nullIsError: false },
    );
    if (this.columns.length === 0) throw planError(`Cannot write a schema with an empty group: ${record.name}`);
    return { elements: this.elements, columns: this.columns, root };
  }

  private record(record: AvroRecord, place: Place, base: NodeBase): PlanNode & { readonly kind: "record" } {
    if (this.around.includes(record))
      throw planError(`Recursive Avro schemas are not supported by parquet-avro: ${record.name}`);
    this.around.push(record);
    const fields = record.fields.map((field) =>
      field.type.kind === "null"
        ? ({ ...base, kind: "nothing" } as const)
        : this.field(field.name, field.type, "required", place),
    );
    this.around.pop();
    return { ...base, kind: "record", fields };
  }

  private field(name: string, type: AvroType, repetition: Repetition, around: Place): PlanNode {
    if (type.kind === "union") return this.unionField(name, type.branches, repetition, around);
    return this.typedField(name, type, repetition, around, null);
  }

  private unionField(name: string, branches: readonly AvroType[], repetition: Repetition, around: Place): PlanNode {
    const present = branches.filter((branch) => branch.kind !== "null");
    const nullIndex = branches.findIndex((branch) => branch.kind === "null");
    const own = nullIndex >= 0 && repetition === "required" ? "optional" : repetition;
    if (present.length === 0) throw planError("Cannot convert Avro union of only nulls");
    if (present.length === 1 && nullIndex >= 0)
      return this.typedField(name, present[0]!, own, around, nullIndex === 0 ? 0 : 1);
    const place = step(around, name, own);
    this.elements.push({ name, repetition: own, annotation: null, childCount: present.length });
    let member = 0;
    const members = branches.map((branch) =>
      branch.kind === "null" ? null : this.typedField(`member${String(member++)}`, branch, "optional", place, null),
    );
    return { ...baseOf(place, null, repetition === "repeated" && nullIndex >= 0), kind: "union", members };
  }

  private typedField(
    name: string,
    type: AvroType,
    repetition: Repetition,
    around: Place,
    nullIndex: 0 | 1 | null,
  ): PlanNode {
    const place = step(around, name, repetition);
    const base = baseOf(place, nullIndex, nullIndex !== null && repetition === "repeated");
    switch (type.kind) {
      case "record":
        if (visibleFields(type).length === 0)
          throw planError(`Cannot write a schema with an empty group: ${type.name}`);
        this.elements.push({ name, repetition, annotation: null, childCount: visibleFields(type).length });
        return this.record(type, place, base);
      case "array":
        return this.list(name, type.items, repetition, place, base);
      case "map":
        return this.map(name, type.values, repetition, place, base);
      case "union":
        throw planError(`Nested union in ${name}`);
      default:
        return { ...base, kind: "leaf", type, column: this.leaf(name, type, repetition, place) };
    }
  }

  private list(name: string, items: AvroType, repetition: Repetition, place: Place, base: NodeBase): PlanNode {
    this.elements.push({ name, repetition, annotation: { kind: "list" }, childCount: 1 });
    if (this.options.oldListStructure) {
      const item = this.field("array", items, "repeated", place);
      return { ...base, kind: "list", item, itemRepetition: place.repetition + 1 };
    }
    this.elements.push({ name: "list", repetition: "repeated", annotation: null, childCount: 1 });
    const inner = step(place, "list", "repeated");
    return {
      ...base,
      kind: "list",
      item: this.field("element", items, "required", inner),
      itemRepetition: inner.repetition,
    };
  }

  private map(name: string, values: AvroType, repetition: Repetition, place: Place, base: NodeBase): PlanNode {
    this.elements.push({ name, repetition, annotation: { kind: "map" }, childCount: 1 });
    this.elements.push({
      name: "key_value",
      repetition: "repeated",
      annotation: { kind: "map-key-value" },
      childCount: values.kind === "null" ? 1 : 2,
    });
    const inner = step(place, "key_value", "repeated");
    const key = this.typedField("key", STRING, "required", inner, null);
    const value: PlanNode =
      values.kind === "null"
        ? { ...baseOf(inner, null, false), kind: "nothing" }
        : this.field("value", values, "required", inner);
    return { ...base, kind: "map", key, value, itemRepetition: inner.repetition };
  }

  private leaf(name: string, type: AvroType, repetition: Repetition, place: Place): LeafColumn {
    const { vectorKind, physicalType, annotation } = physicalOf(type);
    const typeLength = type.kind === "fixed" ? type.sizeBytes : 0;
    this.elements.push({ name, repetition, annotation, physicalType, ...(typeLength > 0 ? { typeLength } : {}) });
    const column: LeafColumn = {
      index: this.columns.length,
      path: place.path,
      vectorKind,
      physicalType,
      typeLength,
      annotation,
      maxDefinition: place.definition,
      maxRepetition: place.repetition,
      symbols: type.kind === "enum" ? type.symbols.map((symbol) => Buffer.from(symbol)) : null,
    };
    this.columns.push(column);
    return column;
  }
}

const STRING: AvroType = { kind: "string", logicalType: null, scale: 0, precision: 0, props: {} };

function visibleFields(record: AvroRecord): readonly unknown[] {
  return record.fields.filter((field) => field.type.kind !== "null");
}

function step(around: Place, name: string, repetition: Repetition): Place {
  return {
    path: [...around.path, name],
    definition: around.definition + (repetition === "required" ? 0 : 1),
    repetition: around.repetition + (repetition === "repeated" ? 1 : 0),
  };
}

function baseOf(place: Place, nullIndex: 0 | 1 | null, nullIsError: boolean): NodeBase {
  return { definition: place.definition, repetition: place.repetition, nullIndex, nullIsError };
}

interface Physical {
  readonly vectorKind: VectorKind;
  readonly physicalType: number;
  readonly annotation: Annotation | null;
}

function physicalOf(type: AvroType): Physical {
  switch (type.kind) {
    case "boolean":
      return { vectorKind: "boolean", physicalType: PhysicalType.boolean, annotation: null };
    case "int":
      return {
        vectorKind: "int32",
        physicalType: PhysicalType.int32,
        annotation: timeAnnotation(type.logicalType, INT_TIMES),
      };
    case "long":
      return {
        vectorKind: "int64",
        physicalType: PhysicalType.int64,
        annotation: timeAnnotation(type.logicalType, LONG_TIMES),
      };
    case "float":
      return { vectorKind: "float", physicalType: PhysicalType.float, annotation: null };
    case "double":
      return { vectorKind: "double", physicalType: PhysicalType.double, annotation: null };
    case "bytes":
      return { vectorKind: "bytes", physicalType: PhysicalType.byteArray, annotation: decimalAnnotation(type) };
    case "fixed":
      return { vectorKind: "bytes", physicalType: PhysicalType.fixed, annotation: decimalAnnotation(type) };
    case "string":
      return { vectorKind: "bytes", physicalType: PhysicalType.byteArray, annotation: { kind: "string" } };
    case "enum":
      return { vectorKind: "int32", physicalType: PhysicalType.byteArray, annotation: { kind: "enum" } };
    default:
      throw planError(`No column for Avro type ${type.kind}`);
  }
}

const INT_TIMES: Readonly<Record<string, Annotation>> = {
  date: { kind: "date" },
  "time-millis": { kind: "time", unit: "millis", utc: true },
};

const LONG_TIMES: Readonly<Record<string, Annotation>> = {
  "time-micros": { kind: "time", unit: "micros", utc: true },
  "timestamp-millis": { kind: "timestamp", unit: "millis", utc: true },
  "timestamp-micros": { kind: "timestamp", unit: "micros", utc: true },
  "local-timestamp-millis": { kind: "timestamp", unit: "millis", utc: false },
  "local-timestamp-micros": { kind: "timestamp", unit: "micros", utc: false },
};

function timeAnnotation(logicalType: string | null, known: Readonly<Record<string, Annotation>>): Annotation | null {
  return logicalType === null ? null : (known[logicalType] ?? null);
}

/** Avro ignores a decimal whose scale or precision is impossible. */
function decimalAnnotation(type: {
  readonly logicalType: string | null;
  readonly precision: number;
  readonly scale: number;
}): Annotation | null {
  if (type.logicalType !== "decimal" || type.precision < 1 || type.scale < 0 || type.scale > type.precision)
    return null;
  return { kind: "decimal", precision: type.precision, scale: type.scale };
}

function planError(message: string): ConnectError {
  return new ConnectError("data", message, { javaClass: "org.apache.parquet.schema.InvalidSchemaException" });
}
