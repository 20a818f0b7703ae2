import type { AvroInput } from "./avro-input.js";
import { ConnectError } from "../errors.js";
import { msToTime } from "../logical-types.js";
import type { AvroType } from "./avro-schema.js";

/** Reads over one datum and checks it, building nothing. Throws ConnectError `data` where the bytes do not fit the schema. */
export type AvroSkip = (input: AvroInput) => void;

export function compileAvroSkipper(type: AvroType): AvroSkip {
  return new Compiler().compile(type);
}

class Compiler {
  private readonly records = new Map<AvroType, { skip: AvroSkip | null }>();

  compile(type: AvroType): AvroSkip {
    switch (type.kind) {
      case "null":
        return () => undefined;
      case "boolean":
        return (input) => void input.boolean();
      case "int":
        // What Connect's Time refuses is no more to be copied than to be read.
        if (type.logicalType === "time-millis") return (input) => void msToTime(input.int());
        return (input) => void input.int();
      case "long":
        return (input) => {
          input.skipLong();
        };
      case "float":
        return (input) => {
          input.skip(4);
        };
      case "double":
        return (input) => {
          input.skip(8);
        };
      case "fixed":
        return (input) => {
          input.skip(type.sizeBytes);
        };
      case "bytes":
        if (type.logicalType === "decimal") return skipDecimal;
        return (input) => {
          input.skip(input.size());
        };
      case "string":
        return (input) => void input.stringStart();
      case "enum":
        return (input) => void input.index(type.symbols.length);
      case "union": {
        const branches = type.branches.map((branch) => this.compile(branch));
        return (input) => {
          branches[input.index(branches.length)]!(input);
        };
      }
      case "array":
        return blocks(this.compile(type.items));
      case "map": {
        const skipValue = this.compile(type.values);
        return blocks((input) => {
          input.stringStart();
          skipValue(input);
        });
      }
      case "record":
        return this.record(type);
    }
  }

  private record(type: AvroType & { readonly kind: "record" }): AvroSkip {
    const again = this.records.get(type);
    if (again !== undefined) {
      return (input) => {
        again.skip!(input);
      };
    }
    const own: { skip: AvroSkip | null } = { skip: null };
    this.records.set(type, own);
    const fields = type.fields.map((field) => this.compile(field.type));
    own.skip = (input) => {
      for (const skip of fields) skip(input);
    };
    return own.skip;
  }
}

function skipDecimal(input: AvroInput): void {
  const size = input.size();
  if (size === 0) throw new ConnectError("data", "Zero length BigInteger");
  input.skip(size);
}

function blocks(skipItem: AvroSkip): AvroSkip {
  return (input) => {
    for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
      for (let i = 0; i < count; i++) skipItem(input);
    }
  };
}
