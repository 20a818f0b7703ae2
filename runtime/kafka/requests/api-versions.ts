import type Connection from "kafkajs/src/network/connection.js";
import { defineRequest, type ApiRequest } from "../api-request.js";

export interface ApiVersionsAnswer {
  readonly errorCode: number;
  readonly versions: Connection.ApiVersions;
}

/** Which requests a broker knows, and in which versions. A broker answers in version 0 when it does not know the version asked in. */
export function apiVersionsRequest(): ApiRequest<ApiVersionsAnswer> {
  return defineRequest({
    apiKey: 18,
    apiName: "ApiVersions",
    minVersion: 0,
    maxVersion: 2,
    encode: () => undefined,
    decode: (reader) => {
      const errorCode = reader.int16();
      const entries = reader.array(() => {
        const apiKey = reader.int16();
        return [apiKey, { minVersion: reader.int16(), maxVersion: reader.int16() }] as const;
      });
      return { errorCode, versions: Object.fromEntries(entries) };
    },
  });
}
