/**
 * The parts of kafkajs 2.2.4 that are not in its public types. The version is pinned exactly and the project is frozen;
 * only what is used is declared.
 */

declare module "kafkajs/src/network/connection.js" {
  import type { Socket } from "node:net";

  class Connection {
    constructor(options: Connection.Options);
    readonly host: string;
    readonly port: number;
    /** `host:port`. */
    readonly broker: string;
    readonly requestTimeout: number;
    readonly requestQueue: Connection.RequestQueue;
    connectionStatus: "connected" | "disconnecting" | "disconnected";
    authenticatedAt: [number, number] | null;
    socket: Socket | undefined;
    /** Set while a raw SASL token (brokers before SaslAuthenticate) waits for its answer. */
    readonly authHandlers: { onSuccess(data: Buffer): void; onError(): void } | null;
    readonly authExpectResponse: boolean;
    connect(): Promise<boolean>;
    disconnect(): Promise<boolean>;
    isConnected(): boolean;
    authenticate(): Promise<void>;
    setVersions(versions: Connection.ApiVersions): void;
    setSupportAuthenticationProtocol(supported: boolean): void;
    send<T>(protocol: Connection.Protocol<T>): Promise<T>;
  }

  namespace Connection {
    interface Logger {
      namespace(name: string): Logger;
      info(message: string, extra?: object): void;
      error(message: string, extra?: object): void;
      warn(message: string, extra?: object): void;
      debug(message: string, extra?: object): void;
    }

    interface Options {
      host: string;
      port: number;
      logger: Logger;
      socketFactory: () => Socket;
      requestTimeout: number;
      connectionTimeout: number;
      enforceRequestTimeout: boolean;
      clientId: string;
      ssl: object | null;
      sasl: object | null;
    }

    interface RequestQueue {
      readonly pending: readonly unknown[];
      rejectAll(error: Error): void;
      fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
      destroy(): void;
      scheduleCheckPendingRequests(): void;
      scheduleRequestTimeoutCheck(): void;
    }

    /** Version ranges by api key. */
    type ApiVersions = Record<number, { minVersion: number; maxVersion: number }>;

    interface Protocol<T> {
      request: {
        apiKey: number;
        apiVersion: number;
        apiName: string;
        /** Anything with an Encoder's `buf` and `buffer`. */
        encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
        expectResponse?(): boolean;
      };
      response: {
        decode(payload: Buffer): Promise<object>;
        parse(decoded: object): Promise<T>;
      };
      requestTimeout?: number | null;
      logResponseError?: boolean;
    }
  }

  export = Connection;
}

/** The package's entry loads all of it, 2 MB in each thread. */
declare module "kafkajs/src/errors.js" {
  import type { KafkaJSConnectionError, KafkaJSRequestTimeoutError } from "kafkajs";

  const errors: {
    readonly KafkaJSConnectionError: typeof KafkaJSConnectionError;
    readonly KafkaJSRequestTimeoutError: typeof KafkaJSRequestTimeoutError;
  };
  export = errors;
}

declare module "kafkajs/src/protocol/requests/index.js" {
  import type Connection from "kafkajs/src/network/connection.js";

  interface Definition {
    /** Versions that kafkajs implements, as text. */
    readonly versions: readonly string[];
    protocol(choice: { version: number }): (args: object) => Connection.Protocol<unknown>;
  }
  const definitions: { readonly requests: Readonly<Record<string, Definition>> };
  export = definitions;
}

declare module "kafkajs/src/protocol/requests/apiKeys.js" {
  const apiKeys: Readonly<Record<string, number>>;
  export = apiKeys;
}

declare module "kafkajs/src/protocol/error.js" {
  const errors: {
    createErrorFromCode(
      code: number,
    ): Error & { readonly type: string; readonly code: number; readonly retriable: boolean };
  };
  export = errors;
}
