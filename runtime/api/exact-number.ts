/**
 * A JSON number with a fraction or an exponent whose text a `number` would not give back (`1.0`, `1.10`, `1e400`). Stands for
 * a Connect FLOAT64 in schemaless data, so that an output can repeat the source's digits.
 */
export class ExactNumber {
  constructor(readonly text: string) {}

  /** The float64 that Java would hold. */
  valueOf(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }
}
