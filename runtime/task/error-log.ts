import type { Logger } from "../api/index.js";
import type { ErrorReporter, FailedRecord } from "./error-policy.js";
import type { ErrorMetrics } from "./metrics.js";

/** Logs failed records (`errors.log.enable`). Lines as Connect's `LogReporter.Sink` writes them. */
export class ErrorLog implements ErrorReporter {
  constructor(
    private readonly taskKey: string,
    private readonly includeMessages: boolean,
    private readonly log: Logger,
    private readonly metrics: ErrorMetrics,
  ) {}

  report(failed: FailedRecord): Promise<void> {
    this.log.error(errorLine(this.taskKey, failed, this.includeMessages), { error: asError(failed.error) });
    this.metrics.logged.add(1);
    return Promise.resolve();
  }
}

/** `Error encountered in task X-0. Executing stage ...`; where the record was only with `includeMessages`, never what it holds. */
export function errorLine(taskKey: string, failed: FailedRecord, includeMessages: boolean): string {
  const { record } = failed;
  let line = `Error encountered in task ${taskKey}. Executing stage '${failed.stage}' with class '${failed.className}'`;
  if (includeMessages) {
    line += `, where consumed record is {topic='${record.topic}', partition=${record.partition}, offset=${record.offset}`;
    if (record.timestampType !== "NoTimestampType")
      line += `, timestamp=${record.timestampMs}, timestampType=${record.timestampType}`;
    line += "}";
  }
  return `${line}.`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
