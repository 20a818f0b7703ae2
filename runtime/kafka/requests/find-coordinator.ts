import { defineRequest, type ApiRequest } from "../api-request.js";

export interface CoordinatorAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** `keyType` 0: `key` is a group id; 1: a transactional id. */
export function findCoordinatorRequest(key: string, keyType: 0 | 1 = 0): ApiRequest<CoordinatorAnswer> {
  return defineRequest({
    apiKey: 10,
    apiName: "FindCoordinator",
    minVersion: keyType === 0 ? 0 : 1,
    maxVersion: 2,
    encode: (writer, version) => {
      writer.string(key);
      if (version >= 1) writer.int8(keyType);
    },
    decode: (reader, version) => {
      const throttleMs = version >= 1 ? reader.int32() : 0;
      const errorCode = reader.int16();
      if (version >= 1) reader.nullableString();
      return { throttleMs, errorCode, nodeId: reader.int32(), host: reader.string(), port: reader.int32() };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}
