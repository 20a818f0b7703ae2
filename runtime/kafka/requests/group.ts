import { defineRequest, type ApiRequest } from "../api-request.js";
import type { GroupIdentity } from "./offsets.js";

/** The classic group protocol: any protocol type, and static members (KIP-345), which kafkajs leaves out. */

export interface GroupProtocol {
  readonly name: string;
  /** What this member tells the leader; its layout is the protocol type's affair. */
  readonly metadata: Uint8Array;
}

export interface JoinOptions {
  readonly groupId: string;
  /** Empty: none yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  /** In order of preference. */
  readonly protocols: readonly GroupProtocol[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

export interface GroupMemberMetadata {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

export interface JoinAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly generation: number;
  readonly protocolName: string;
  readonly leaderId: string;
  readonly memberId: string;
  /** Empty unless this member leads. */
  readonly members: readonly GroupMemberMetadata[];
}

/** Answered when all members have joined, at the latest after the rebalance timeout. */
export function joinGroupRequest(options: JoinOptions): ApiRequest<JoinAnswer> {
  return defineRequest({
    apiKey: 11,
    apiName: "JoinGroup",
    minVersion: 1,
    maxVersion: 5,
    timeoutMs: options.rebalanceTimeoutMs + 5_000,
    encode: (writer, version) => {
      writer.string(options.groupId).int32(options.sessionTimeoutMs).int32(options.rebalanceTimeoutMs);
      writer.string(options.memberId);
      if (version >= 5) writer.string(options.groupInstanceId);
      writer.string(options.protocolType).array(options.protocols, (protocol) => {
        writer.string(protocol.name).bytes(protocol.metadata);
      });
    },
    decode: (reader, version) => ({
      throttleMs: version >= 2 ? reader.int32() : 0,
      errorCode: reader.int16(),
      generation: reader.int32(),
      protocolName: reader.string(),
      leaderId: reader.string(),
      memberId: reader.string(),
      members: reader.array(() => ({
        memberId: reader.string(),
        groupInstanceId: version >= 5 ? reader.nullableString() : null,
        metadata: reader.bytes(),
      })),
    }),
    throttleMs: (answer) => answer.throttleMs,
  });
}

export interface SyncAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly assignment: Buffer;
}

/** `assignments` by member id, from the leader; empty from the others. Answered when the leader has sent its own. */
export function syncGroupRequest(
  identity: GroupIdentity,
  assignments: ReadonlyMap<string, Uint8Array>,
  rebalanceTimeoutMs: number,
): ApiRequest<SyncAnswer> {
  return defineRequest({
    apiKey: 14,
    apiName: "SyncGroup",
    minVersion: 0,
    maxVersion: 3,
    timeoutMs: rebalanceTimeoutMs + 5_000,
    encode: (writer, version) => {
      writer.string(identity.groupId).int32(identity.generation).string(identity.memberId);
      if (version >= 3) writer.string(identity.groupInstanceId);
      writer.array([...assignments], ([memberId, assignment]) => {
        writer.string(memberId).bytes(assignment);
      });
    },
    decode: (reader, version) => ({
      throttleMs: version >= 1 ? reader.int32() : 0,
      errorCode: reader.int16(),
      assignment: reader.bytes(),
    }),
    throttleMs: (answer) => answer.throttleMs,
  });
}

export interface GroupAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
}

/** `timeoutMs`: after so long without an answer the connection counts as broken. Default: `request.timeout.ms`. */
export function heartbeatRequest(identity: GroupIdentity, timeoutMs?: number): ApiRequest<GroupAnswer> {
  return defineRequest({
    apiKey: 12,
    apiName: "Heartbeat",
    minVersion: 0,
    maxVersion: 3,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    encode: (writer, version) => {
      writer.string(identity.groupId).int32(identity.generation).string(identity.memberId);
      if (version >= 3) writer.string(identity.groupInstanceId);
    },
    decode: (reader, version) => ({ throttleMs: version >= 1 ? reader.int32() : 0, errorCode: reader.int16() }),
    throttleMs: (answer) => answer.throttleMs,
  });
}

/** Removes this member; a static one, named by its instance id, too. */
export function leaveGroupRequest(identity: GroupIdentity): ApiRequest<GroupAnswer> {
  return defineRequest({
    apiKey: 13,
    apiName: "LeaveGroup",
    minVersion: 0,
    maxVersion: 3,
    encode: (writer, version) => {
      writer.string(identity.groupId);
      if (version < 3) writer.string(identity.memberId);
      else {
        writer.array([identity], (member) => {
          writer.string(member.memberId).string(member.groupInstanceId);
        });
      }
    },
    decode: (reader, version) => {
      const throttleMs = version >= 1 ? reader.int32() : 0;
      const errorCode = reader.int16();
      if (version < 3) return { throttleMs, errorCode };
      const codes = reader.array(() => {
        reader.nullableString();
        reader.nullableString();
        return reader.int16();
      });
      return { throttleMs, errorCode: errorCode !== 0 ? errorCode : (codes[0] ?? 0) };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}
