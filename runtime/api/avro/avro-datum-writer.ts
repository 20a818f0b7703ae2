import type { Schema } from "../schema.js";
import type { Datum } from "../sink-record.js";
import { encodesAlike } from "./avro-equivalence.js";
import type { AvroOutput } from "./avro-output.js";
import type { AvroType } from "./avro-schema.js";
import { compileAvroWriter } from "./avro-writer.js";
import type { AvroWrite } from "./avro-writer.js";

/** Writes a record's key or value: copies its bytes where they are Avro that encodes alike, else encodes its value. */
export class AvroDatumWriter {
  private compiled: AvroWrite | null = null;
  /** The type that was compared last, and the answer. */
  private comparedType: AvroType | null = null;
  private copies = false;

  constructor(
    private readonly schema: Schema | null,
    private readonly type: AvroType,
  ) {}

  write(datum: Datum, out: AvroOutput): void {
    const { source } = datum;
    if (source?.kind === "avro" && this.isAlike(source.type)) {
      out.raw(source.bytes);
      return;
    }
    this.compiled ??= compileAvroWriter(this.schema, this.type);
    this.compiled(datum.value, out);
  }

  /** True where a datum of this type is copied. */
  isAlike(type: AvroType): boolean {
    if (type !== this.comparedType) {
      this.copies = encodesAlike(type, this.type);
      this.comparedType = type;
    }
    return this.copies;
  }
}
