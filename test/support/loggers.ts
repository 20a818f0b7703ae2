import type { LogFields, Logger, LogLevel } from "../../runtime/api/index.js";

/** Says nothing. */
export const silentLogger: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  isEnabled: () => false,
};

/** One thing that was logged. */
export interface LoggedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps what is logged, down to INFO, for a test to look at. */
export class KeepingLogger implements Logger {
  readonly lines: LoggedLine[] = [];

  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "ERROR", message, fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "WARN", message, fields });
  }

  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "INFO", message, fields });
  }

  debug(): void {
    // not kept
  }

  trace(): void {
    // not kept
  }

  isEnabled(level: LogLevel): boolean {
    return level !== "DEBUG" && level !== "TRACE" && level !== "ALL";
  }

  messages(level: LogLevel): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}
