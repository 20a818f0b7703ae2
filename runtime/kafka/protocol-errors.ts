import kafkajs from "kafkajs";
import errors from "kafkajs/src/protocol/error.js";
import { ConnectError, type ErrorLocation } from "../api/index.js";

// not among the names that Node finds in this CommonJS module
const { KafkaJSConnectionError, KafkaJSRequestTimeoutError } = kafkajs;

/** Error codes of Kafka's protocol (`Errors`) that are acted upon by number. */
export const ErrorCode = {
  none: 0,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeaderOrFollower: 6,
  replicaNotAvailable: 9,
  coordinatorLoadInProgress: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  illegalGeneration: 22,
  unknownMemberId: 25,
  rebalanceInProgress: 27,
  topicAuthorizationFailed: 29,
  unsupportedVersion: 35,
  kafkaStorageError: 56,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  offsetNotAvailable: 78,
  memberIdRequired: 79,
  groupMaxSizeReached: 81,
  fencedInstanceId: 82,
} as const;

const REBALANCING: readonly number[] = [
  ErrorCode.rebalanceInProgress,
  ErrorCode.illegalGeneration,
  ErrorCode.unknownMemberId,
];

/** Name of an error code as Kafka prints it, such as `NOT_COORDINATOR`. */
export function errorName(code: number): string {
  return errors.createErrorFromCode(code).type;
}

/** An error code of an answer as ConnectError: `rebalancing`, `retriable` or `fatal`. `what` was being done, in words. */
export function protocolError(code: number, what: string, at: ErrorLocation = {}): ConnectError {
  const cause = errors.createErrorFromCode(code);
  const kind = REBALANCING.includes(code) ? "rebalancing" : cause.retriable ? "retriable" : "fatal";
  return new ConnectError(kind, `${what}: ${cause.message} (${cause.type})`, { cause, at });
}

/** The broker was not reached, hung up or did not answer in time: another attempt may succeed. */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof KafkaJSConnectionError || error instanceof KafkaJSRequestTimeoutError;
}
