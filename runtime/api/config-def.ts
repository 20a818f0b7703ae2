import { ConnectError } from "./errors.js";
import { formatDouble } from "./java-number.js";

/**
 * Kafka's `ConfigDef`: one literal per plug-in, keyed by the real property names, gives parsing, types, REST validation,
 * defaults and the docs. Texts and rules follow `org.apache.kafka.common.config.ConfigDef` of Kafka 4.1.
 */

export type ConfigType = "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST" | "CLASS" | "PASSWORD";
export type Importance = "HIGH" | "MEDIUM" | "LOW";
export type Width = "NONE" | "SHORT" | "MEDIUM" | "LONG";

/** A value after parsing; a LONG beyond the safe integers is a bigint. */
export type ParsedValue = string | number | bigint | boolean | readonly string[] | null;

/** What a validator says: nothing, the reason (wrapped as `Invalid value V for configuration K: reason`), or a whole text. */
export type Verdict = null | string | { readonly text: string };

/** `value` is the parsed value; null when the key has no value or could not be parsed. */
export type Validator = (value: ParsedValue, key: string) => Verdict;

type DefaultOf<T extends ConfigType> = T extends "BOOLEAN"
  ? boolean
  : T extends "INT" | "SHORT" | "DOUBLE"
    ? number
    : T extends "LONG"
      ? number | bigint
      : T extends "LIST"
        ? readonly string[]
        : string;

/** A key of one type; {@link ConfigKey} is a key of any. */
export interface KeyOf<T extends ConfigType> {
  readonly type: T;
  /** Absent: the key is required. */
  readonly default?: DefaultOf<T> | null;
  readonly importance: Importance;
  /** What the key does, for REST, the generated docs and people. */
  readonly doc: string;
  readonly validator?: Validator;
  readonly group?: string;
  readonly orderInGroup?: number;
  readonly width?: Width;
  readonly displayName?: string;
  readonly dependents?: readonly string[];
  readonly recommended?: (config: Readonly<Record<string, string>>) => readonly string[];
  readonly visible?: (config: Readonly<Record<string, string>>) => boolean;
  /** Parsed and validated but not shown over REST. */
  readonly internal?: boolean;
  /** Ours, not in the original: marked so in the docs. */
  readonly extension?: boolean;
}

export type ConfigKey = { [T in ConfigType]: KeyOf<T> }[ConfigType];

/** Keys in definition order. */
export type ConfigDef = Readonly<Record<string, ConfigKey>>;

type ParsedOf<K extends ConfigKey> = K["type"] extends "BOOLEAN"
  ? boolean
  : K["type"] extends "INT" | "SHORT" | "DOUBLE" | "LONG"
    ? number
    : K["type"] extends "LIST"
      ? readonly string[]
      : string;

/** Values by key. A key with the default null may be null. */
export type ConfigValues<D extends ConfigDef> = {
  readonly [K in keyof D]: D[K] extends { readonly default: null } ? ParsedOf<D[K]> | null : ParsedOf<D[K]>;
};

/** Keeps the literal's types. */
export function defineConfig<const D extends ConfigDef>(def: D): D {
  return def;
}

/** One key's outcome of {@link validateConfig}, before it is printed for REST. */
export interface ConfigValue {
  readonly name: string;
  /** Parsed value; a LONG beyond the safe integers is a bigint. Null: no value, or it could not be parsed. */
  value: ParsedValue;
  recommendedValues: readonly string[];
  errors: string[];
  visible: boolean;
}

/**
 * Parses `properties`. Values that are not in `def` are ignored. A LONG is given as a `number`.
 * Throws ConnectError `config` for the first key, in definition order, that is wrong.
 */
export function parseConfig<D extends ConfigDef>(
  def: D,
  properties: Readonly<Record<string, string | undefined>>,
): ConfigValues<D> {
  const values: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(def)) {
    const given = properties[name];
    let value: ParsedValue;
    if (given !== undefined) value = parseType(name, key.type, given);
    else if (key.default === undefined) throw new ConnectError("config", missingText(name));
    else value = key.default;
    const error = checkValue(name, key, value);
    if (error !== null) throw new ConnectError("config", error);
    values[name] = typeof value === "bigint" ? Number(value) : value;
  }
  return values as ConfigValues<D>;
}

/** Every key of `def` with its value and all its errors, as Connect's validation collects them. Never throws. */
export function validateConfig(
  def: ConfigDef,
  properties: Readonly<Record<string, string | null | undefined>>,
): ConfigValue[] {
  const strings: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties)) if (typeof value === "string") strings[name] = value;
  return Object.entries(def).map(([name, key]) => validateKey(name, key, properties[name], strings));
}

function validateKey(
  name: string,
  key: ConfigKey,
  given: string | null | undefined,
  all: Readonly<Record<string, string>>,
): ConfigValue {
  const errors: string[] = [];
  let value: ParsedValue = null;
  if (given === undefined) {
    if (key.default === undefined) errors.push(missingText(name));
    else value = key.default;
  } else if (given !== null) {
    try {
      value = parseType(name, key.type, given);
    } catch (error) {
      errors.push((error as Error).message);
    }
  }
  const error = checkValue(name, key, value);
  if (error !== null) errors.push(error);
  return {
    name,
    value,
    recommendedValues: key.recommended?.(all) ?? [],
    errors,
    visible: key.visible?.(all) ?? true,
  };
}

function checkValue(name: string, key: ConfigKey, value: ParsedValue): string | null {
  const verdict = key.validator?.(typeof value === "bigint" ? Number(value) : value, name) ?? null;
  if (verdict === null) return null;
  return typeof verdict === "string" ? invalidText(name, value, verdict) : verdict.text;
}

function missingText(name: string): string {
  return `Missing required configuration "${name}" which has no default value.`;
}

/** `Invalid value V for configuration K: reason`, V printed as Java would. */
export function invalidText(name: string, value: ParsedValue, reason: string | null): string {
  return `Invalid value ${formatJava(value)} for configuration ${name}${reason === null ? "" : `: ${reason}`}`;
}

function formatJava(value: ParsedValue): string {
  if (value === null) return "null";
  return typeof value === "object" ? `[${value.join(", ")}]` : String(value);
}

/** A parsed value as REST shows it; null stays null. A PASSWORD is never shown. */
export function formatConfigValue(type: ConfigType, value: ParsedValue): string | null {
  if (value === null) return null;
  switch (type) {
    case "LIST":
      return (value as readonly string[]).join(",");
    case "DOUBLE":
      return formatDouble(value as number);
    case "PASSWORD":
      return "[hidden]";
    case "BOOLEAN":
    case "STRING":
    case "INT":
    case "SHORT":
    case "LONG":
    case "CLASS":
      return typeof value === "object" ? value.join(",") : String(value);
  }
}

const INTEGER_RANGES = {
  INT: [-2147483648n, 2147483647n],
  SHORT: [-32768n, 32767n],
  LONG: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

/** Parses one value by Kafka's rules. Throws ConnectError `config` with Kafka's text. */
export function parseType(name: string, type: ConfigType, given: string): ParsedValue {
  const text = javaTrim(given);
  switch (type) {
    case "BOOLEAN": {
      const lower = text.toLowerCase();
      if (lower === "true") return true;
      if (lower === "false") return false;
      throw new ConnectError("config", invalidText(name, given, "Expected value to be either true or false"));
    }
    case "INT":
    case "SHORT":
    case "LONG": {
      const number = /^[+-]?[0-9]+$/.test(text) ? BigInt(text.replace(/^\+/, "")) : null;
      const [low, high] = INTEGER_RANGES[type];
      if (number === null || number < low || number > high) throw notANumber(name, type, given);
      const small = Number(number);
      return Number.isSafeInteger(small) ? small : number;
    }
    case "DOUBLE": {
      // Java also takes a trailing d or f and hexadecimal floats; nobody writes those.
      if (!/^[+-]?(NaN|Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[dDfF]?)$/.test(text))
        throw notANumber(name, type, given);
      return Number(text.replace(/[dDfF]$/, ""));
    }
    case "LIST":
      return text === "" ? [] : text.split(/\s*,\s*/);
    case "STRING":
    case "CLASS":
    case "PASSWORD":
      return text;
  }
}

function notANumber(name: string, type: ConfigType, given: string): ConnectError {
  return new ConnectError("config", invalidText(name, given, `Not a number of type ${type}`));
}

/** Java's `String.trim`: strips characters up to U+0020 only. */
export function javaTrim(text: string): string {
  // eslint-disable-next-line no-control-regex -- Java trims exactly these
  return text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, "");
}

/** Kafka's `Range.atLeast` and `Range.between`. */
export function range(low: number, high?: number): Validator {
  return (value) => {
    if (value === null) return "Value must be non-null";
    if ((value as number) < low) return `Value must be at least ${String(low)}`;
    if (high !== undefined && (value as number) > high) return `Value must be no more than ${String(high)}`;
    return null;
  };
}

/** Kafka's `ValidString.in`. */
export function oneOf(...allowed: readonly string[]): Validator {
  return (value) =>
    typeof value === "string" && allowed.includes(value) ? null : `String must be one of: ${allowed.join(", ")}`;
}

/** Kafka's `CaseInsensitiveValidString.in`. */
export function oneOfAnyCase(...allowed: readonly string[]): Validator {
  const upper = allowed.map((text) => text.toUpperCase());
  return (value) =>
    typeof value === "string" && upper.includes(value.toUpperCase())
      ? null
      : `String must be one of (case insensitive): ${upper.join(", ")}`;
}

/** Kafka's `NonEmptyString`. */
export const nonEmptyString: Validator = (value) => (value === "" ? "String must be non-empty" : null);
