/** Numbers as Java prints them (`Double.toString`, `Float.toString`; the shortest text, as since JDK 19). */

/** A float64 as Java prints it: decimal form iff 1e-3 <= |x| < 1e7, always a digit after the point, else `d.dddE[-]n`. */
export function formatDouble(value: number): string {
  const magnitude = Math.abs(value);
  // Here JavaScript spells the same digits without an exponent too.
  if (magnitude >= 1e-3 && magnitude < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "-Infinity";
  // Java takes the nearest of all texts with two digits before one with a single digit: it shows next to zero only.
  const isTiny = magnitude < 1e-320 && Number(magnitude.toPrecision(2)) === magnitude;
  return fromShortest(value, isTiny ? magnitude.toPrecision(2) : String(magnitude));
}

/** A float32 as Java prints it: the shortest text that reads back as the same float32. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return formatDouble(value);
  const magnitude = Math.abs(value);
  // From two digits on, as above.
  for (let digits = 2; digits < 10; digits++) {
    const text = magnitude.toPrecision(digits);
    if (Math.fround(Number(text)) === magnitude) return fromShortest(value, String(Number(text)));
  }
  return fromShortest(value, String(magnitude));
}

function fromShortest(value: number, text: string): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude === 0) return `${sign}0.0`;
  const [mantissa = "", exponentText = "0"] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = (whole + fraction).replace(/^0+/, "");
  const leadingZeros = (whole + fraction).length - digits.length;
  /** Position of the decimal point, counted from the first significant digit. */
  const point = whole.length - leadingZeros + Number(exponentText);
  const significant = digits.replace(/0+$/, "") || "0";
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    if (point <= 0) return `${sign}0.${"0".repeat(-point)}${significant}`;
    const left = significant.slice(0, point).padEnd(point, "0");
    return `${sign}${left}.${significant.slice(point) || "0"}`;
  }
  return `${sign}${significant.charAt(0)}.${significant.slice(1) || "0"}E${String(point - 1)}`;
}
