import kafkajs from "kafkajs/src/errors.js";
import { KAFKA_ERRORS } from "./error-codes.js";

/** Error codes of answers that are acted upon by number. What goes to callers is made by `errors.ts`. */
export const ErrorCode = {
  none: 0,
  offsetOutOfRange: KAFKA_ERRORS.OFFSET_OUT_OF_RANGE[0],
  corruptMessage: KAFKA_ERRORS.CORRUPT_MESSAGE[0],
  unknownTopicOrPartition: KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION[0],
  leaderNotAvailable: KAFKA_ERRORS.LEADER_NOT_AVAILABLE[0],
  coordinatorLoadInProgress: KAFKA_ERRORS.COORDINATOR_LOAD_IN_PROGRESS[0],
  coordinatorNotAvailable: KAFKA_ERRORS.COORDINATOR_NOT_AVAILABLE[0],
  notCoordinator: KAFKA_ERRORS.NOT_COORDINATOR[0],
  illegalGeneration: KAFKA_ERRORS.ILLEGAL_GENERATION[0],
  unknownMemberId: KAFKA_ERRORS.UNKNOWN_MEMBER_ID[0],
  rebalanceInProgress: KAFKA_ERRORS.REBALANCE_IN_PROGRESS[0],
  topicAuthorizationFailed: KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED[0],
  memberIdRequired: KAFKA_ERRORS.MEMBER_ID_REQUIRED[0],
  fencedInstanceId: KAFKA_ERRORS.FENCED_INSTANCE_ID[0],
} as const;

/** Name of an error code as Kafka prints it, such as `NOT_COORDINATOR`. */
export function errorName(code: number): string {
  const found = Object.entries(KAFKA_ERRORS).find(([, [known]]) => known === code);
  return found?.[0] ?? String(code);
}

/** The broker was not reached, hung up or did not answer in time. */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof kafkajs.KafkaJSConnectionError || error instanceof kafkajs.KafkaJSRequestTimeoutError;
}
