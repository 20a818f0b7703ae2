import { ConnectError } from "../../../../runtime/api/index.js";
import type { AvroInput } from "../../../../runtime/api/avro/avro-input.js";
import type { LeafColumn, ParquetPlan, PlanNode } from "./plan.js";
import type { ColumnVector } from "./vector.js";

/**
 * Shreds a row in Avro's binary encoding into column vectors, with Dremel's levels. No objects in between: values go from the
 * buffer to the vectors.
 */
export type Shred = (input: AvroInput) => void;

/** Shreds what `input` holds next; `repetition` is the level at which this value repeats. */
type ShredNode = (input: AvroInput, repetition: number) => void;
/** Adds the levels of an absent value to every column below a node. */
type PutNulls = (definition: number, repetition: number) => void;

/** Throws ConnectError `data` where a row does not fit. The vectors may hold a part of that row then. */
export function compileShredder(plan: ParquetPlan, vectors: readonly ColumnVector[]): Shred {
  const shred = new Compiler(vectors).present(plan.root);
  return (input) => {
    shred(input, 0);
  };
}

const SHRED_NOTHING: ShredNode = () => undefined;
const PUT_NOTHING: PutNulls = () => undefined;

class Compiler {
  constructor(private readonly vectors: readonly ColumnVector[]) {}

  node(node: PlanNode): ShredNode {
    const present = this.present(node);
    if (node.nullIndex === null) return present;
    const nulls = this.nulls(node);
    const { nullIndex, nullIsError, definition } = node;
    return (input, repetition) => {
      if (input.index(2) !== nullIndex) present(input, repetition);
      else if (nullIsError) throw nullElement();
      else nulls(definition - 1, repetition);
    };
  }

  present(node: PlanNode): ShredNode {
    switch (node.kind) {
      case "nothing":
        return () => undefined;
      case "leaf":
        return this.leaf(node, node.column);
      case "record": {
        const fields = node.fields.map((field) => this.node(field));
        return (input, repetition) => {
          for (const shred of fields) shred(input, repetition);
        };
      }
      case "list":
        return this.repeated(node, node.itemRepetition, [node.item]);
      case "map":
        return this.repeated(node, node.itemRepetition, [node.key, node.value]);
      case "union":
        return this.union(node);
    }
  }

  /** A list or a map: for each item, shreds `parts` one after the other. */
  private repeated(node: PlanNode, itemRepetition: number, parts: readonly PlanNode[]): ShredNode {
    const shredders = parts.map((part) => this.node(part));
    const nulls = parts.map((part) => this.nulls(part));
    const { definition } = node;
    return (input, repetition) => {
      let level = repetition;
      let empty = true;
      for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
        empty = false;
        for (let i = 0; i < count; i++) {
          for (const shred of shredders) shred(input, level);
          level = itemRepetition;
        }
      }
      if (empty) for (const put of nulls) put(definition, repetition);
    };
  }

  private union(node: PlanNode & { readonly kind: "union" }): ShredNode {
    const shredders = node.members.map((member) => (member === null ? SHRED_NOTHING : this.present(member)));
    const nulls = node.members.map((member) => (member === null ? PUT_NOTHING : this.nulls(member)));
    const { definition, nullIsError } = node;
    return (input, repetition) => {
      const chosen = input.index(shredders.length);
      const isNull = node.members[chosen] === null;
      if (isNull && nullIsError) throw nullElement();
      const absent = isNull ? definition - 1 : definition;
      for (let i = 0; i < nulls.length; i++) {
        if (i === chosen) shredders[i]!(input, repetition);
        else nulls[i]!(absent, repetition);
      }
    };
  }

  private nulls(node: PlanNode): PutNulls {
    const vectors = leavesOf(node)
      .filter((column) => column.maxDefinition > 0)
      .map((column) => this.vectors[column.index]!);
    return (definition, repetition) => {
      for (const vector of vectors) vector.level(definition, repetition);
    };
  }

  private leaf(node: PlanNode, column: LeafColumn): ShredNode {
    const vector = this.vectors[column.index]!;
    const put = putterOf(column, vector);
    const { definition } = node;
    return (input, repetition) => {
      vector.level(definition, repetition);
      put(input);
    };
  }
}

function putterOf(column: LeafColumn, vector: ColumnVector): (input: AvroInput) => void {
  const { symbols, typeLength, annotation } = column;
  switch (column.vectorKind) {
    case "boolean":
      return (input) => {
        vector.putBoolean(input.boolean());
      };
    case "int32":
      return symbols === null
        ? (input) => {
            vector.putInt(input.int());
          }
        : (input) => {
            vector.putInt(input.index(symbols.length));
          };
    case "int64":
      return (input) => {
        input.longHalves();
        vector.putHalves(input.low, input.high);
      };
    case "float":
      return (input) => {
        vector.putFloat(input.float());
      };
    case "double":
      return (input) => {
        vector.putDouble(input.double());
      };
    case "bytes":
      break;
  }
  if (typeLength > 0) {
    return (input) => {
      input.skip(typeLength);
      vector.putBytes(input.buffer, input.position - typeLength, input.position);
    };
  }
  if (annotation?.kind === "string") {
    return (input) => {
      const start = input.stringStart();
      vector.putBytes(input.buffer, start, input.position);
    };
  }
  return (input) => {
    const size = input.size();
    const start = input.position;
    input.skip(size);
    vector.putBytes(input.buffer, start, input.position);
  };
}

function leavesOf(node: PlanNode): readonly LeafColumn[] {
  switch (node.kind) {
    case "leaf":
      return [node.column];
    case "record":
      return node.fields.flatMap(leavesOf);
    case "list":
      return leavesOf(node.item);
    case "map":
      return [...leavesOf(node.key), ...leavesOf(node.value)];
    case "union":
      return node.members.flatMap((member) => (member === null ? [] : leavesOf(member)));
    case "nothing":
      return [];
  }
}

function nullElement(): ConnectError {
  return new ConnectError(
    "data",
    "Array contains a null element. Set parquet.avro.write-old-list-structure=false to turn on support for arrays with null elements.",
    { javaClass: "java.lang.NullPointerException" },
  );
}
