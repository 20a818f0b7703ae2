import { AvroInput } from "../../api/avro/avro-input.js";
import type { Datum, DatumSource, Schema } from "../../api/index.js";
import { PREFIX_BYTES } from "../schema-registry/wire-format.js";
import type { CompiledSchema } from "./avro-schemas.js";

/** A checked Avro datum: knows its schema at once, reads its value on first use. */
export class AvroDatum implements Datum {
  private read = false;
  private result: unknown = null;

  constructor(
    private readonly compiled: CompiledSchema,
    private readonly bytes: Buffer,
  ) {}

  get schema(): Schema | null {
    return this.compiled.schema;
  }

  get value(): unknown {
    if (!this.read) {
      const input = new AvroInput();
      input.reset(this.bytes, PREFIX_BYTES, this.bytes.length);
      this.result = this.compiled.read(input);
      this.read = true;
    }
    return this.result;
  }

  get source(): DatumSource {
    return { kind: "avro", type: this.compiled.type, bytes: this.bytes.subarray(PREFIX_BYTES) };
  }
}
