/**
 * A logger with a dotted name, as Connect's. Fields are printed after the message as `key=value`.
 * Never pass record contents or resolved secrets.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  isEnabled(level: LogLevel): boolean;
}

export type LogLevel = "OFF" | "FATAL" | "ERROR" | "WARN" | "INFO" | "DEBUG" | "TRACE" | "ALL";

/** Values to print with a message. An `error` field is printed with its trace. */
export type LogFields = Readonly<Record<string, unknown>>;
