import type { SASLOptions, Mechanism } from "kafkajs";
import type { ConnectionOptions } from "node:tls";

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** kafkajs's own options for PLAIN, SCRAM-SHA-256 and -512 and OAUTHBEARER, or a mechanism with an authentication provider. */
export type SaslConfig = SASLOptions | Mechanism;

/** What it takes to reach a cluster: Java's client properties, checked and converted by `client-config.ts`. */
export interface ConnectionConfig {
  /** `bootstrap.servers`, in order, at least one. */
  readonly brokers: readonly BrokerAddress[];
  readonly clientId: string;
  /** False: plain TCP. The server name (SNI, host name check) is set for each broker, unless given here. */
  readonly ssl: ConnectionOptions | false;
  readonly sasl: SaslConfig | null;
  /** `socket.connection.setup.timeout.ms`: TCP and TLS. */
  readonly connectionTimeoutMs: number;
  /** `request.timeout.ms`: an unanswered request closes its connection after this long. */
  readonly requestTimeoutMs: number;
  /** `reconnect.backoff.ms`, doubled with each failed attempt to reach a broker, up to `reconnect.backoff.max.ms`. */
  readonly reconnectBackoffMs: number;
  readonly reconnectBackoffMaxMs: number;
  /** `retry.backoff.ms`, doubled with each failed request, up to `retry.backoff.max.ms`. */
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  /** `metadata.max.age.ms`: topics, partitions and leaders are looked up again after this long without any error. */
  readonly metadataMaxAgeMs: number;
}

/** Java's defaults (`CommonClientConfigs`, Kafka 4.1) for what is not about where the cluster is. */
export const CONNECTION_DEFAULTS = {
  ssl: false,
  sasl: null,
  connectionTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  reconnectBackoffMs: 50,
  reconnectBackoffMaxMs: 1_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
  metadataMaxAgeMs: 300_000,
} as const satisfies Partial<ConnectionConfig>;
