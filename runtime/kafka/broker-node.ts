import kafkajs from "kafkajs/src/errors.js";
import type { Logger } from "../api/index.js";
import type { ApiRequest } from "./api-request.js";
import { Backoff, delay } from "./backoff.js";
import type { BrokerAddress, ConnectionConfig } from "./connection-config.js";
import { BrokerConnection } from "./connection.js";

// not among the names that Node finds in this CommonJS module
const { KafkaJSConnectionError } = kafkajs;

/**
 * A broker answers the requests of one connection one after the other, so what may be held back long has its own:
 * `fetch` waits for records, `group` for the other members of a rebalance. All else is `control`.
 */
export type ConnectionPurpose = "control" | "fetch" | "group";

/** A broker and the connections to it, opened when first needed and again when they broke, with a growing delay. */
export class BrokerNode {
  private readonly open = new Map<ConnectionPurpose, BrokerConnection>();
  private readonly opening = new Map<ConnectionPurpose, Promise<BrokerConnection>>();
  private readonly backoff: Backoff;
  private readonly closing = new AbortController();
  private notBeforeMs = 0;
  private unreachable = false;

  constructor(
    readonly address: BrokerAddress,
    private readonly config: ConnectionConfig,
    private readonly log: Logger,
  ) {
    this.backoff = new Backoff(config.reconnectBackoffMs, config.reconnectBackoffMaxMs);
  }

  get name(): string {
    return `${this.address.host}:${this.address.port}`;
  }

  /** Was reached, and not lost since: to be preferred where any broker will do. */
  get connected(): boolean {
    for (const connection of this.open.values()) if (connection.isConnected()) return true;
    return false;
  }

  /** Throws kafkajs's connection errors and those of the request. One attempt. */
  async send<T>(request: ApiRequest<T>, purpose: ConnectionPurpose): Promise<T> {
    const connection = await this.connection(purpose);
    return connection.request(request);
  }

  /** Closes the connections; the next request opens them again. */
  release(): void {
    for (const connection of this.open.values()) void connection.disconnect();
    this.open.clear();
  }

  /** For good, at once. */
  close(): void {
    this.closing.abort();
    this.release();
  }

  private async connection(purpose: ConnectionPurpose): Promise<BrokerConnection> {
    const existing = this.open.get(purpose);
    if (existing?.isConnected() === true) return existing;
    let opening = this.opening.get(purpose);
    if (opening === undefined) {
      opening = this.openConnection(purpose).finally(() => this.opening.delete(purpose));
      this.opening.set(purpose, opening);
    }
    return opening;
  }

  private async openConnection(purpose: ConnectionPurpose): Promise<BrokerConnection> {
    const waitMs = this.notBeforeMs - Date.now();
    if (waitMs > 0) await delay(waitMs, this.closing.signal);
    this.failIfClosed();
    const connection = new BrokerConnection(this.address, this.config, this.log);
    const stop = (): void => void connection.disconnect();
    this.closing.signal.addEventListener("abort", stop, { once: true });
    try {
      await connection.open();
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.closing.signal.removeEventListener("abort", stop);
    }
    this.failIfClosed();
    if (this.unreachable) this.log.info("Connected again", { broker: this.name });
    this.unreachable = false;
    this.backoff.reset();
    this.open.set(purpose, connection);
    return connection;
  }

  private failed(error: unknown): void {
    this.notBeforeMs = Date.now() + this.backoff.next();
    if (this.unreachable || this.closing.signal.aborted) return;
    this.unreachable = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.log.warn("Connection to broker could not be established", { broker: this.name, reason });
  }

  private failIfClosed(): void {
    if (this.closing.signal.aborted) throw new KafkaJSConnectionError("The client was closed", { broker: this.name });
  }
}
