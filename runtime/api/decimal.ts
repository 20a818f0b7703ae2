import { ConnectError } from "./errors.js";
import type { Equatable } from "./equality.js";

/** More zeros than this are an attack and no number. */
const MAX_DIGITS = 100_000;

/** Java's `BigDecimal`: `unscaled` x 10^-`scale`. Equality includes the scale (`1.0` is not `1.00`), as in Java. */
export class Decimal implements Equatable {
  constructor(
    readonly unscaled: bigint,
    readonly scale: number,
  ) {}

  /** `new BigDecimal(text)`: digits with an optional sign, fraction and exponent. Throws ConnectError `data`. */
  static parse(text: string): Decimal {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
    const whole = match?.[2] ?? "";
    const fraction = match?.[3] ?? "";
    if (match === null || whole + fraction === "") throw new ConnectError("data", "Not a decimal number");
    const scale = fraction.length - Number(match[4] ?? "0");
    if (scale > 2147483647 || scale < -2147483648) throw new ConnectError("data", "Decimal scale out of range");
    const digits = BigInt(whole + fraction);
    return new Decimal(match[1] === "-" ? -digits : digits, scale);
  }

  /** The unscaled value as big-endian two's complement, shortest form, and the scale kept elsewhere (Connect's `Decimal`). */
  static fromBytes(bytes: Uint8Array, scale: number): Decimal {
    if (bytes.length === 0) throw new ConnectError("data", "Zero length BigInteger");
    return new Decimal(bigintFromBytes(bytes), scale);
  }

  toBytes(): Uint8Array {
    return bigintToBytes(this.unscaled);
  }

  /** The nearest float64. */
  toNumber(): number {
    return Number(`${this.unscaled.toString()}e${String(-this.scale)}`);
  }

  /** The same number with another scale, or null where digits would be lost or become too many. */
  rescale(scale: number): Decimal | null {
    if (scale === this.scale) return this;
    if (this.unscaled === 0n) return new Decimal(0n, scale);
    if (Math.abs(scale - this.scale) > MAX_DIGITS) return null;
    if (scale > this.scale) return new Decimal(this.unscaled * 10n ** BigInt(scale - this.scale), scale);
    const divisor = 10n ** BigInt(this.scale - scale);
    return this.unscaled % divisor === 0n ? new Decimal(this.unscaled / divisor, scale) : null;
  }

  /** Java's `longValue`: the whole part, towards zero, of which the lowest 64 bits count. */
  toInt64(): bigint {
    // 10^64 is a multiple of 2^64.
    if (this.scale <= -64 || this.unscaled === 0n) return 0n;
    if (this.scale <= 0) return BigInt.asIntN(64, this.unscaled * 10n ** BigInt(-this.scale));
    if (this.scale > MAX_DIGITS) return 0n;
    return BigInt.asIntN(64, this.unscaled / 10n ** BigInt(this.scale));
  }

  equals(other: unknown): boolean {
    return other instanceof Decimal && other.scale === this.scale && other.unscaled === this.unscaled;
  }

  /** `BigDecimal.toPlainString`: never an exponent. Throws ConnectError `data` for texts of more than 100,000 zeros. */
  toPlainString(): string {
    if (Math.abs(this.scale) > MAX_DIGITS) throw new ConnectError("data", "Decimal has too many digits");
    const { sign, digits } = this.#parts();
    if (this.scale === 0) return sign + digits;
    if (this.scale < 0) return digits === "0" ? "0" : sign + digits + "0".repeat(-this.scale);
    const padded = digits.padStart(this.scale + 1, "0");
    const point = padded.length - this.scale;
    return `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
  }

  /** `BigDecimal.toString`: an exponent for negative scales and for numbers below 10^-6. */
  toString(): string {
    const { sign, digits } = this.#parts();
    const adjusted = digits.length - 1 - this.scale;
    if (this.scale >= 0 && adjusted >= -6) return this.toPlainString();
    const mantissa = digits.length > 1 ? `${digits.charAt(0)}.${digits.slice(1)}` : digits;
    if (adjusted === 0) return sign + mantissa;
    return `${sign}${mantissa}E${adjusted > 0 ? "+" : ""}${String(adjusted)}`;
  }

  #parts(): { sign: string; digits: string } {
    const negative = this.unscaled < 0n;
    return { sign: negative ? "-" : "", digits: (negative ? -this.unscaled : this.unscaled).toString() };
  }
}

/** Big-endian two's complement, as `BigInteger(byte[])`. `bytes` must not be empty. */
export function bigintFromBytes(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** Shortest big-endian two's complement, as `BigInteger.toByteArray`. */
export function bigintToBytes(value: bigint): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length = Math.max(length + 1, Math.ceil(length * 1.5));
  while (length > 1 && BigInt.asIntN((length - 1) * 8, value) === value) length--;
  const bytes = new Uint8Array(length);
  let rest = BigInt.asUintN(length * 8, value);
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}
