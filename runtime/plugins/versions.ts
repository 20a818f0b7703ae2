import { ConnectError } from "../api/index.js";

/**
 * Plug-in versions and version ranges in Maven's notation (KIP-891): `[1.0,2.0)`, `(,1.5],[2,)`, a bare version, `latest`.
 * Order of versions: Maven's `ComparableVersion`. Texts: Maven's `VersionRange`.
 */

interface Bound {
  readonly version: string;
  readonly inclusive: boolean;
}

interface Interval {
  readonly low: Bound | null;
  readonly high: Bound | null;
}

/** A set of versions. `text` is the normal form that error messages show. */
export interface VersionRange {
  readonly text: string;
  includes(version: string): boolean;
}

/**
 * What a `*.plugin.version` key asks for. Null means any version: nothing was asked for, or `latest`. A bare version is exact.
 * Throws ConnectError `config` for what is no range.
 */
export function parseVersionRequirement(given: string | null | undefined): VersionRange | null {
  if (given === null || given === undefined || given === "latest") return null;
  const text = given.trim();
  const intervals = /[[\](),]/.test(text) ? parseIntervals(text) : [exactly(text)];
  return {
    text: intervals.map(formatInterval).join(","),
    includes: (version) => intervals.some((interval) => contains(interval, version)),
  };
}

function exactly(version: string): Interval {
  const bound = { version, inclusive: true };
  return { low: bound, high: bound };
}

function parseIntervals(text: string): Interval[] {
  const intervals: Interval[] = [];
  let rest = text;
  while (/^[[(]/.test(rest)) {
    const end = /[)\]]/.exec(rest)?.index;
    if (end === undefined) throw new ConnectError("config", `Unbounded range: ${text}`);
    const interval = parseInterval(rest.slice(0, end + 1));
    const before = intervals.at(-1);
    if (before !== undefined && overlaps(before, interval)) throw new ConnectError("config", `Ranges overlap: ${text}`);
    intervals.push(interval);
    rest = rest
      .slice(end + 1)
      .trim()
      .replace(/^,/, "")
      .trim();
  }
  if (rest !== "")
    throw new ConnectError("config", `Only fully-qualified sets allowed in multiple set scenario: ${text}`);
  return intervals;
}

function parseInterval(text: string): Interval {
  const lowInclusive = text.startsWith("[");
  const highInclusive = text.endsWith("]");
  const inner = text.slice(1, -1).trim();
  const comma = inner.indexOf(",");
  if (comma < 0) {
    if (!lowInclusive || !highInclusive)
      throw new ConnectError("config", `Single version must be surrounded by []: ${text}`);
    return exactly(inner);
  }
  const low = inner.slice(0, comma).trim();
  const high = inner.slice(comma + 1).trim();
  if (low !== "" && high !== "") {
    const order = compareVersions(low, high);
    if (order > 0) throw new ConnectError("config", `Range defies version ordering: ${text}`);
    if (order === 0 && !(lowInclusive && highInclusive))
      throw new ConnectError("config", `Range cannot have identical boundaries: ${text}`);
  }
  return {
    low: low === "" ? null : { version: low, inclusive: lowInclusive },
    high: high === "" ? null : { version: high, inclusive: highInclusive },
  };
}

function overlaps(before: Interval, after: Interval): boolean {
  if (before.high === null || after.low === null) return true;
  return compareVersions(after.low.version, before.high.version) < 0;
}

function contains(interval: Interval, version: string): boolean {
  const { low, high } = interval;
  if (low !== null) {
    const order = compareVersions(version, low.version);
    if (order < 0 || (order === 0 && !low.inclusive)) return false;
  }
  if (high === null) return true;
  const order = compareVersions(version, high.version);
  return order < 0 || (order === 0 && high.inclusive);
}

function formatInterval({ low, high }: Interval): string {
  const open = low?.inclusive === true ? "[" : "(";
  const close = high?.inclusive === true ? "]" : ")";
  return `${open}${low?.version ?? ""},${high?.version ?? ""}${close}`;
}

/** Qualifiers in their order; "" is the release itself. Anything else comes after them, by name. */
const QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const SAME_QUALIFIER: Readonly<Record<string, string>> = {
  a: "alpha",
  b: "beta",
  m: "milestone",
  cr: "rc",
  ga: "",
  final: "",
  release: "",
};

/** Negative, zero or positive, as Maven orders the two versions: `1.0` = `1`, `1.0-rc1` < `1.0` < `1.0.1`. */
export function compareVersions(a: string, b: string): number {
  const left = versionParts(a);
  const right = versionParts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareParts(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function versionParts(version: string): (bigint | string)[] {
  return (version.toLowerCase().match(/[0-9]+|[^0-9.\-_]+/g) ?? []).map((part) =>
    /^[0-9]/.test(part) ? BigInt(part) : (SAME_QUALIFIER[part] ?? part),
  );
}

function compareParts(a: bigint | string, b: bigint | string): number {
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  // A missing part equals zero and the release; a number comes after every qualifier.
  if (typeof a === "bigint") return a === 0n && b === "" ? 0 : 1;
  if (typeof b === "bigint") return b === 0n && a === "" ? 0 : -1;
  return qualifierRank(a) - qualifierRank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function qualifierRank(qualifier: string): number {
  const index = QUALIFIERS.indexOf(qualifier);
  return index < 0 ? QUALIFIERS.length : index;
}
