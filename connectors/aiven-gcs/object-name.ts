import { ConnectError } from "../../runtime/api/index.js";
import { pad, yearText } from "../objects/civil-time.js";
import type { CivilTime } from "../objects/civil-time.js";

/** Which records share an object. */
export type Grouping =
  | "topic-partition"
  | "topic-partition-key"
  /** One object for each key, the last record wins. */
  | "key"
  | "key-topic-partition";

/** The last two are ours. */
export type TimeUnit = "yyyy" | "MM" | "dd" | "HH" | "mm" | "ss";

type Variable = "topic" | "partition" | "start_offset" | "timestamp" | "key";

interface Placeholder {
  readonly variable: Variable;
  readonly padded: boolean;
  readonly unit: TimeUnit;
  /** As it stands in the template. */
  readonly text: string;
}

/** `file.name.template`, parsed and checked. */
export interface NameTemplate {
  readonly text: string;
  readonly grouping: Grouping;
  readonly hasTimestamp: boolean;
  /** What `{{timestamp}}` tells apart at least; null where the original's units are enough. */
  readonly finestUnit: "mm" | "ss" | null;
  readonly parts: readonly (string | Placeholder)[];
}

/** What a name is made of; what the grouping does not use is null. */
export interface NameValues {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number | null;
  readonly key: string | null;
  readonly time: TimeTexts | null;
}

/** A moment in the units of a template. */
export type TimeTexts = Readonly<Record<TimeUnit, string>>;

/** The texts of Java's `DateTimeFormatter` patterns; `yyyy` is the year of its era. */
export function timeTexts({ year, month, day, hour, minute, second }: CivilTime): TimeTexts {
  const yyyy = yearText(year > 0 ? year : 1 - year);
  return { yyyy, MM: pad(month, 2), dd: pad(day, 2), HH: pad(hour, 2), mm: pad(minute, 2), ss: pad(second, 2) };
}

/** The object name without `file.name.prefix`. Placeholders without a value stay as they are in the template. */
export function renderName(template: NameTemplate, values: NameValues): string {
  let name = "";
  for (const part of template.parts) name += typeof part === "string" ? part : renderPlaceholder(part, values);
  return name;
}

function renderPlaceholder(placeholder: Placeholder, values: NameValues): string {
  switch (placeholder.variable) {
    case "topic":
      return values.topic;
    case "partition":
      return placeholder.padded ? pad(values.partition, 10) : String(values.partition);
    case "start_offset":
      if (values.startOffset === null) return placeholder.text;
      return placeholder.padded ? pad(values.startOffset, 20) : String(values.startOffset);
    case "key":
      return values.key ?? placeholder.text;
    case "timestamp":
      return values.time === null ? placeholder.text : values.time[placeholder.unit];
  }
}

/** Java's `\s` is narrower than JavaScript's. */
const SPACE = "[ \\t\\n\\x0B\\f\\r]*";
const PLACEHOLDER = new RegExp(`\\{\\{${SPACE}(\\w+)?(:)?([\\w=]+)?${SPACE}\\}\\}`, "g");
const WEEK_YEAR = new RegExp(`\\{\\{${SPACE}timestamp${SPACE}:${SPACE}unit${SPACE}=${SPACE}YYYY${SPACE}\\}\\}`, "g");

/** `YYYY`, the year of the week in Java and never meant, becomes `yyyy`. */
export function rewriteWeekYear(text: string): string {
  return text.replace(WEEK_YEAR, (placeholder) => placeholder.replace("YYYY", "yyyy"));
}

const SETS =
  "topic,partition,start_offset,timestamp; topic,partition,key,start_offset,timestamp; key; key,topic,partition";
const UNSUPPORTED_SET = `unsupported set of template variables, supported sets are: ${SETS}`;
const UNITS = "yyyy|MM|dd|HH";
const FINE_UNITS = ["mm", "ss"];
const UNSUPPORTED_PARAMETERS =
  "unsupported set of template variables parameters, supported sets are: " +
  `partition:padding=true|false,start_offset:padding=true|false,timestamp:unit=${UNITS}`;

interface Parameter {
  readonly name: string;
  readonly value: string;
}

interface RawPlaceholder {
  readonly name: string;
  readonly parameter: Parameter | null;
  readonly text: string;
}

/**
 * Parses and checks a template (after {@link rewriteWeekYear}). Throws ConnectError `config` with the reason alone; order and
 * texts are those of the original's `Template` and `FilenameTemplateValidator`. With `fineTimes` the units `mm` and `ss` are known too.
 */
export function parseTemplate(text: string, fineTimes = false): NameTemplate {
  if (text.startsWith(".well-known/acme-challenge")) throw refused("cannot start with '.well-known/acme-challenge'");
  const raw = splitTemplate(text);
  const placeholders = raw.filter((part) => typeof part !== "string");
  for (const { name } of placeholders) if (!isVariable(name)) throw refused(UNSUPPORTED_SET);
  for (const { name, parameter } of placeholders)
    if (parameter !== null && !isAllowed(name as Variable, parameter, fineTimes)) throw refused(UNSUPPORTED_PARAMETERS);
  if (placeholders.some(({ name, parameter }) => name === "timestamp" && parameter === null))
    throw refused(`parameter unit is required for the the variable timestamp, supported values are: ${UNITS}`);
  const names = new Set(placeholders.map(({ name }) => name as Variable));
  if (names.size === 0)
    throw refused(
      `RecordGrouper requires that the template [${text}] has variables defined. Supported variables are: ${SETS}`,
    );
  const grouping = groupingOf(names);
  if (grouping === null) throw refused(UNSUPPORTED_SET);
  const units = placeholders.filter(({ name }) => name === "timestamp").map(({ parameter }) => parameter?.value);
  return {
    text,
    grouping,
    hasTimestamp: names.has("timestamp"),
    finestUnit: units.includes("ss") ? "ss" : units.includes("mm") ? "mm" : null,
    parts: raw.map((part) => (typeof part === "string" ? part : finish(part))),
  };
}

function refused(reason: string): ConnectError {
  return new ConnectError("config", reason);
}

function splitTemplate(text: string): (string | RawPlaceholder)[] {
  const parts: (string | RawPlaceholder)[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    const [whole, name, colon, definition] = match;
    if (match.index > end) parts.push(text.slice(end, match.index));
    end = match.index + whole.length;
    if (name === undefined) throw refused(`Variable name hasn't been set for template: ${text}`);
    if (colon !== undefined && definition === undefined) throw refused("Wrong variable with parameter definition");
    parts.push({ name, parameter: parseParameter(name, definition), text: whole });
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

function parseParameter(variable: string, definition: string | undefined): RawPlaceholder["parameter"] {
  if (definition === undefined) return null;
  const [, name, value] = /^(\w+)?=?(\w+)?/.exec(definition) ?? [];
  if (name === undefined) throw refused(`Parameter name for variable \`${variable}\` has not been set`);
  if (value === undefined)
    throw refused(`Parameter value for variable \`${variable}\` and parameter \`${name}\` has not been set`);
  return { name, value };
}

function isVariable(name: string): name is Variable {
  return ["topic", "partition", "start_offset", "timestamp", "key"].includes(name);
}

/** Parameters of topic and key are never looked at. */
function isAllowed(variable: Variable, { name, value }: Parameter, fineTimes: boolean): boolean {
  switch (variable) {
    case "partition":
    case "start_offset":
      return name === "padding" && (value === "true" || value === "false");
    case "timestamp":
      return name === "unit" && (UNITS.split("|").includes(value) || (fineTimes && FINE_UNITS.includes(value)));
    case "topic":
    case "key":
      return true;
  }
}

/** The original's `RecordGrouperFactory.resolveRecordGrouperType`; null where there is none for these variables. */
function groupingOf(names: ReadonlySet<Variable>): Grouping | null {
  const has = (...wanted: Variable[]): boolean => wanted.every((name) => names.has(name));
  const timestamp = names.has("timestamp") ? 1 : 0;
  if (has("topic", "partition", "key", "start_offset") && names.size - timestamp === 4) return "topic-partition-key";
  if (has("topic", "partition", "start_offset") && names.size - timestamp === 3) return "topic-partition";
  if (has("key") && names.size === 1) return "key";
  return has("key") && (has("topic") || has("partition")) ? "key-topic-partition" : null;
}

function finish({ name, parameter, text }: RawPlaceholder): Placeholder {
  return {
    variable: name as Variable,
    padded: parameter?.name === "padding" && parameter.value === "true",
    unit: (name === "timestamp" ? parameter?.value : "yyyy") as TimeUnit,
    text,
  };
}
