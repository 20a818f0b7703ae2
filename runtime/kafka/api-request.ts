import type Connection from "kafkajs/src/network/connection.js";
import apiKeys from "kafkajs/src/protocol/requests/apiKeys.js";
import definitions from "kafkajs/src/protocol/requests/index.js";
import { ConnectError } from "../api/index.js";
import { WireReader, WireWriter } from "./wire.js";

/** One request of Kafka's protocol and how its answer is read, in each version that is known. */
export interface ApiRequest<T> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** Longer than `request.timeout.ms` where the broker may hold the answer back. Null: `request.timeout.ms`. */
  readonly timeoutMs: number | null;
  build(version: number): Connection.Protocol<T>;
}

export interface RequestDefinition<T> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly timeoutMs?: number;
  encode(writer: WireWriter, version: number): void;
  /** `reader` stands behind the correlation id. Errors in the answer are for the caller: decode them as codes. */
  decode(reader: WireReader, version: number): T;
  /** KIP-219: how long the broker asks this client to be silent, as decoded. */
  throttleMs?(answer: T): number;
}

/** A request with our own encoding. */
export function defineRequest<T extends object>(definition: RequestDefinition<T>): ApiRequest<T> {
  const { apiKey, apiName, minVersion, maxVersion, timeoutMs } = definition;
  return {
    apiKey,
    apiName,
    minVersion,
    maxVersion,
    timeoutMs: timeoutMs ?? null,
    build: (apiVersion) => ({
      request: {
        apiKey,
        apiVersion,
        apiName,
        encode: () => {
          const writer = new WireWriter();
          definition.encode(writer, apiVersion);
          const buffer = writer.finish();
          return Promise.resolve({ buf: buffer, buffer });
        },
      },
      response: {
        decode: (payload) => {
          const answer = definition.decode(new WireReader(payload), apiVersion);
          return Promise.resolve({ answer, clientSideThrottleTime: definition.throttleMs?.(answer) ?? 0 });
        },
        parse: (decoded) => Promise.resolve((decoded as { answer: T }).answer),
      },
      logResponseError: false,
    }),
  };
}

/**
 * A request that kafkajs knows, such as `CreateTopics`, with the arguments its own encoder takes. The answer is what kafkajs's
 * `parse` gives; it throws KafkaJSProtocolError for error codes. `T` is the caller's claim about that shape.
 */
export function kafkajsRequest<T>(apiName: string, args: object, timeoutMs: number | null = null): ApiRequest<T> {
  const definition = definitions.requests[apiName];
  const apiKey = apiKeys[apiName];
  if (definition === undefined || apiKey === undefined)
    throw new ConnectError("fatal", `No such Kafka request: ${apiName}`);
  const versions = definition.versions.map(Number);
  return {
    apiKey,
    apiName,
    minVersion: Math.min(...versions),
    maxVersion: Math.max(...versions),
    timeoutMs,
    build: (version) => ({
      ...(definition.protocol({ version })(args) as Connection.Protocol<T>),
      requestTimeout: null,
      logResponseError: false,
    }),
  };
}

/** The highest version that both sides know. Throws ConnectError `fatal` when there is none. */
export function negotiateVersion(
  request: ApiRequest<unknown>,
  versions: Connection.ApiVersions,
  broker: string,
): number {
  const theirs = versions[request.apiKey];
  if (theirs !== undefined) {
    const version = Math.min(request.maxVersion, theirs.maxVersion);
    if (version >= request.minVersion && version >= theirs.minVersion) return version;
  }
  const known = theirs === undefined ? "no version" : `versions ${theirs.minVersion} to ${theirs.maxVersion}`;
  throw new ConnectError(
    "fatal",
    `The broker ${broker} supports ${known} of the ${request.apiName} request; ` +
      `versions ${request.minVersion} to ${request.maxVersion} are supported here`,
    { javaClass: "org.apache.kafka.common.errors.UnsupportedVersionException" },
  );
}
