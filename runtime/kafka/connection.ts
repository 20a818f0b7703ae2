import kafkajs from "kafkajs/src/errors.js";
import Connection from "kafkajs/src/network/connection.js";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Logger } from "../api/index.js";
import { negotiateVersion, type ApiRequest } from "./api-request.js";
import type { BrokerAddress, ConnectionConfig } from "./connection-config.js";
import { FrameAssembler } from "./frames.js";
import { apiVersionsRequest } from "./requests/api-versions.js";

// not among the names that Node finds in this CommonJS module
const { KafkaJSConnectionError, KafkaJSRequestTimeoutError } = kafkajs;

const SASL_AUTHENTICATE = 36;
const UNSUPPORTED_VERSION = 35;
const KEEP_ALIVE_MS = 60_000;
/** Until the first answer: TLS or HTTP bytes read as a frame size are far beyond. */
const FIRST_FRAME_LIMIT_BYTES = 1 << 20;
const FRAME_LIMIT_BYTES = 0x7fff_fff0;
/**
 * TCP data that is not read into a frame lands here and is copied out at once (Node reads and calls back in one go), so all sockets of a
 * thread share it.
 */
const RECEIVE_BUFFER = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * One connection to a broker: kafkajs's, for its requests, correlation and SASL, with another way to open, close, time out
 * and read, because kafkajs waits for pending answers when it disconnects, polls for timeouts with a 100-ms timer, keeps
 * another timer running when idle, and concatenates all that is received.
 */
export class BrokerConnection extends Connection {
  private readonly frames = new FrameAssembler(FIRST_FRAME_LIMIT_BYTES);
  private readonly onFrame = (frame: Buffer): void => {
    this.dispatch(frame);
  };
  private apiVersions: Connection.ApiVersions = {};
  private failOpening: ((error: Error) => void) | null = null;

  constructor(
    private readonly address: BrokerAddress,
    private readonly config: ConnectionConfig,
    log: Logger,
  ) {
    super({
      host: address.host,
      port: address.port,
      logger: kafkajsLogger(log),
      socketFactory: () => {
        throw new Error("the connection opens its own socket");
      },
      requestTimeout: config.requestTimeoutMs,
      connectionTimeout: config.connectionTimeoutMs,
      enforceRequestTimeout: false,
      clientId: config.clientId,
      ssl: config.ssl === false ? null : config.ssl,
      // kafkajs writes its authentication provider into the object
      sasl: config.sasl === null ? null : { ...config.sasl },
    });
    const queue = this.requestQueue;
    const schedule = queue.scheduleCheckPendingRequests.bind(queue);
    queue.scheduleCheckPendingRequests = () => {
      if (queue.pending.length > 0) schedule();
    };
    queue.scheduleRequestTimeoutCheck = () => undefined;
  }

  /** Opens the socket, learns the broker's versions and authenticates. Throws kafkajs's errors. */
  async open(): Promise<void> {
    await this.connect();
    try {
      await this.negotiate();
      await this.authenticate();
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async request<T>(request: ApiRequest<T>): Promise<T> {
    const protocol = request.build(negotiateVersion(request, this.apiVersions, this.broker));
    return this.send({ ...protocol, requestTimeout: request.timeoutMs });
  }

  override connect(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.abort(new KafkaJSConnectionError("Connection timeout", { broker: this.broker }));
      }, this.config.connectionTimeoutMs);
      this.failOpening = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      const socket = this.openSocket(() => {
        clearTimeout(timer);
        this.failOpening = null;
        this.connectionStatus = "connected";
        resolve(true);
      });
      this.socket = socket;
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      socket.setNoDelay(true);
      socket.on("error", (error: NodeJS.ErrnoException) => {
        const details = { broker: this.broker, ...(error.code === undefined ? {} : { code: error.code }) };
        this.abort(new KafkaJSConnectionError(`Connection error: ${error.message}`, details));
      });
      socket.on("close", () => {
        this.abort(new KafkaJSConnectionError("The broker closed the connection", { broker: this.broker }));
      });
    });
  }

  /** At once: whatever waits for an answer is rejected. */
  override disconnect(): Promise<boolean> {
    this.abort(new KafkaJSConnectionError("The connection was closed here", { broker: this.broker }));
    return Promise.resolve(true);
  }

  /** As kafkajs's, but a request that is not answered in time closes the connection, as in Java's client. */
  override async send<T>(protocol: Connection.Protocol<T>): Promise<T> {
    const { apiKey, apiName, apiVersion } = protocol.request;
    const sentAt = Date.now();
    const timer = setTimeout(() => {
      this.abort(
        new KafkaJSRequestTimeoutError(`Request ${apiName}(key: ${apiKey}, version: ${apiVersion}) timed out`, {
          broker: this.broker,
          clientId: this.config.clientId,
          correlationId: -1,
          createdAt: sentAt,
          sentAt,
          pendingDuration: 0,
        }),
      );
    }, protocol.requestTimeout ?? this.config.requestTimeoutMs);
    try {
      return await super.send(protocol);
    } finally {
      clearTimeout(timer);
    }
  }

  private async negotiate(): Promise<void> {
    const [newest, oldest] = [2, 0].map((version) => apiVersionsRequest().build(version));
    let answer = await this.send(newest!);
    if (answer.errorCode === UNSUPPORTED_VERSION) answer = await this.send(oldest!);
    this.frames.limitBytes = FRAME_LIMIT_BYTES;
    this.apiVersions = answer.versions;
    this.setVersions(answer.versions);
    this.setSupportAuthenticationProtocol(answer.versions[SASL_AUTHENTICATE] !== undefined);
  }

  private openSocket(onOpen: () => void): Socket {
    const { host, port } = this.address;
    if (this.config.ssl !== false) {
      const servername = isIP(host) === 0 ? { servername: host } : {};
      const socket = connectTls({ host, port, ...servername, ...this.config.ssl }, onOpen);
      socket.on("data", (chunk: Buffer) => {
        this.receive(chunk);
      });
      return socket;
    }
    let room: Buffer | null = null;
    const onread = {
      // Asked for before the first read and after each one.
      buffer: (): Uint8Array => (room = this.frames.room()) ?? RECEIVE_BUFFER,
      callback: (count: number): boolean => {
        if (room === null) this.receive(RECEIVE_BUFFER.subarray(0, count));
        else
          this.orAbort(() => {
            this.frames.received(count, this.onFrame);
          });
        return true;
      },
    };
    return connectTcp({ host, port, onread }, onOpen);
  }

  private receive(chunk: Buffer): void {
    if (this.authHandlers !== null && !this.authExpectResponse) {
      this.authHandlers.onSuccess(Buffer.from(chunk));
      return;
    }
    this.orAbort(() => {
      this.frames.push(chunk, this.onFrame);
    });
  }

  /** Closes the connection when what came cannot be read. */
  private orAbort(read: () => void): void {
    try {
      read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.abort(
        new KafkaJSConnectionError(
          `The answer of ${this.broker} is not Kafka's protocol (${reason}). Does security.protocol fit this port?`,
          { broker: this.broker },
        ),
      );
    }
  }

  private dispatch(frame: Buffer): void {
    if (this.authHandlers !== null) {
      const size = Buffer.alloc(4);
      size.writeInt32BE(frame.length);
      this.authHandlers.onSuccess(Buffer.concat([size, frame]));
      return;
    }
    this.requestQueue.fulfillRequest({
      correlationId: frame.readInt32BE(0),
      payload: frame.subarray(4),
      size: frame.length,
    });
  }

  private abort(error: Error): void {
    if (this.socket === undefined) return;
    const socket = this.socket;
    this.socket = undefined;
    this.connectionStatus = "disconnected";
    this.authenticatedAt = null;
    this.failOpening?.(error);
    this.failOpening = null;
    this.authHandlers?.onError();
    this.requestQueue.rejectAll(error);
    this.requestQueue.destroy();
    // an error may still come from a socket that is being destroyed
    socket.removeAllListeners("close");
    socket.destroy();
  }
}

/** kafkajs reports at ERROR what its callers handle, so all of it goes to DEBUG; the errors themselves are thrown. */
function kafkajsLogger(log: Logger): Connection.Logger {
  const debug = (message: string, extra?: object): void => {
    if (log.isEnabled("TRACE")) log.trace(message, { ...extra });
  };
  const logger: Connection.Logger = { namespace: () => logger, info: debug, error: debug, warn: debug, debug };
  return logger;
}
