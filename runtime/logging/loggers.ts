import { getCallSites } from "node:util";
import { ConnectError, formatTrace, type LogFields, type Logger, type LogLevel } from "../api/index.js";

/**
 * Loggers with dotted names, levels that inherit along the dots, and Connect's line pattern
 * `[%d] %p %X{connector.context}%m (%c:%L)%n`. One registry per thread; its levels are changed over REST (KIP-495).
 */

const LEVELS: readonly LogLevel[] = ["OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL"];
const RANK = Object.fromEntries(LEVELS.map((level, rank) => [level, rank])) as Readonly<Record<LogLevel, number>>;

export const ROOT_LOGGER = "root";

/** The level that `text` names in any case, or null. */
export function parseLogLevel(text: string): LogLevel | null {
  return LEVELS.find((level) => level === text.trim().toUpperCase()) ?? null;
}

export interface LoggerState {
  readonly level: LogLevel;
  readonly lastModifiedMs: number | null;
}

/** Prints one finished line, which ends in a line feed. */
export type LineSink = (line: string) => void;

export class Loggers {
  /** Levels set explicitly, by logger name. */
  readonly #levels = new Map<string, LogLevel>();
  readonly #modifiedMs = new Map<string, number>();
  /** Every name that was ever asked for. */
  readonly #known = new Set<string>();
  /** Rank of the effective level by name; emptied whenever a level changes. */
  readonly #effective = new Map<string, number>();

  constructor(
    private readonly print: LineSink,
    private readonly nowMs: () => number = Date.now,
    rootLevel: LogLevel = "INFO",
  ) {
    this.#levels.set(ROOT_LOGGER, rootLevel);
  }

  /** `context` is what Connect prints before the message: `[name|worker] `, `[name|task-0] ` or nothing. */
  get(name: string, context = ""): Logger {
    this.#known.add(name);
    return new NamedLogger(this, name, context);
  }

  /** Every known logger with its effective level, and `root`. */
  list(): ReadonlyMap<string, LoggerState> {
    const names = new Set([ROOT_LOGGER, ...[...this.#known, ...this.#levels.keys()].sort()]);
    return new Map([...names].map((name) => [name, this.#state(name)]));
  }

  /** Null for a name that nobody used. */
  state(name: string): LoggerState | null {
    return this.#known.has(name) || this.#levels.has(name) ? this.#state(name) : null;
  }

  /**
   * Sets the level of `namespace`, which is created if need be, and of every known logger whose name starts with it; `root`
   * means all of them. Gives the names whose level changed, sorted. Source: `Loggers.setLevel`, Connect 4.1.
   */
  setLevel(namespace: string, level: LogLevel): string[] {
    const all = [...this.list().keys()];
    const isRoot = namespace.toLowerCase() === ROOT_LOGGER;
    const names = isRoot ? all : [...new Set([namespace, ...all.filter((name) => name.startsWith(namespace))])];
    const now = this.nowMs();
    const changed = names.filter((name) => this.state(name)?.level !== level);
    for (const name of names) this.#levels.set(name, level);
    for (const name of changed) this.#modifiedMs.set(name, now);
    this.#effective.clear();
    return changed.sort();
  }

  /** Sets a level without noting it as modified: for levels that are configured at start. */
  configure(name: string, level: LogLevel): void {
    this.#levels.set(name, level);
    this.#effective.clear();
  }

  isEnabled(name: string, level: LogLevel): boolean {
    return RANK[level] <= this.#effectiveRank(name);
  }

  write(name: string, context: string, level: LogLevel, message: string, fields: LogFields | undefined): void {
    const line = getCallSites(4)[3]?.lineNumber ?? 0;
    const { suffix, trace } = formatFields(fields);
    const time = new Date(this.nowMs());
    this.print(`[${formatTime(time)}] ${level} ${context}${message}${suffix} (${name}:${line})\n${trace}`);
  }

  #state(name: string): LoggerState {
    const level = LEVELS[this.#effectiveRank(name)] ?? "INFO";
    return { level, lastModifiedMs: this.#modifiedMs.get(name) ?? null };
  }

  #effectiveRank(name: string): number {
    const cached = this.#effective.get(name);
    if (cached !== undefined) return cached;
    let at = name;
    let level = this.#levels.get(at);
    while (level === undefined) {
      const dot = at.lastIndexOf(".");
      at = dot < 0 ? ROOT_LOGGER : at.slice(0, dot);
      level = this.#levels.get(at);
    }
    this.#effective.set(name, RANK[level]);
    return RANK[level];
  }
}

class NamedLogger implements Logger {
  constructor(
    private readonly loggers: Loggers,
    private readonly name: string,
    private readonly context: string,
  ) {}

  error(message: string, fields?: LogFields): void {
    this.#log("ERROR", message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    this.#log("WARN", message, fields);
  }
  info(message: string, fields?: LogFields): void {
    this.#log("INFO", message, fields);
  }
  debug(message: string, fields?: LogFields): void {
    this.#log("DEBUG", message, fields);
  }
  trace(message: string, fields?: LogFields): void {
    this.#log("TRACE", message, fields);
  }
  isEnabled(level: LogLevel): boolean {
    return this.loggers.isEnabled(this.name, level);
  }

  #log(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (this.loggers.isEnabled(this.name, level)) this.loggers.write(this.name, this.context, level, message, fields);
  }
}

function formatFields(fields: LogFields | undefined): { suffix: string; trace: string } {
  let suffix = "";
  let trace = "";
  for (const [key, value] of Object.entries(fields ?? {})) {
    if (value instanceof Error) {
      trace += formatTrace(value);
      if (!(value instanceof ConnectError)) suffix += ` ${key}=${value.message}`;
    } else suffix += ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  }
  return { suffix, trace };
}

/** `yyyy-MM-dd HH:mm:ss,SSS` in local time, as log4j prints `%d`. */
function formatTime(time: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, "0")}`;
}
