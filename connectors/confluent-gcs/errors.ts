import { ConnectError } from "../../runtime/api/index.js";

const PACKAGE = "io.confluent.connect.storage.errors.";

/** A record whose directory cannot be told. It can go to the dead letter queue. */
export function partitionError(message: string): ConnectError {
  return new ConnectError("data", message, { javaClass: `${PACKAGE}PartitionException` });
}

/** True for the errors of a single record that the sink reports and skips where errors are tolerated. */
export function isReportable(error: unknown): error is ConnectError {
  return error instanceof ConnectError && error.kind === "data" && !error.javaClass.startsWith("java.");
}
