import { ConnectError, parseConfig, type Logger } from "../api/index.js";
import { CONNECTION_KEYS } from "./client-config-keys.js";
import { warnOfIgnored } from "./client-keys.js";
import { tlsOptions } from "../tls/tls.js";
import type { BrokerAddress, ConnectionConfig } from "./connection-config.js";
import type { ClientProperties } from "./seam.js";
import { saslConfig } from "./security/sasl.js";

/**
 * Java's client properties as what it takes to connect. Reads key and trust stores; opens no socket. Throws ConnectError `config`
 * with Kafka's texts for what Java's clients refuse, and for what is not supported here, naming the property.
 */
export function connectionConfig(properties: ClientProperties, log: Logger): ConnectionConfig {
  const values = parseConfig(CONNECTION_KEYS, properties);
  warnOfIgnored(properties, log);
  const [sasl, ssl] = PROTOCOLS[values["security.protocol"].toUpperCase() as keyof typeof PROTOCOLS];
  return {
    brokers: parseBrokers(values["bootstrap.servers"]),
    clientId: values["client.id"],
    ssl: ssl && tlsOptions(values),
    sasl: sasl ? saslConfig(values, log) : null,
    connectionTimeoutMs: values["socket.connection.setup.timeout.ms"],
    requestTimeoutMs: values["request.timeout.ms"],
    reconnectBackoffMs: values["reconnect.backoff.ms"],
    reconnectBackoffMaxMs: Math.max(values["reconnect.backoff.ms"], values["reconnect.backoff.max.ms"]),
    retryBackoffMs: values["retry.backoff.ms"],
    retryBackoffMaxMs: Math.max(values["retry.backoff.ms"], values["retry.backoff.max.ms"]),
    metadataMaxAgeMs: values["metadata.max.age.ms"],
  };
}

const PROTOCOLS = {
  PLAINTEXT: [false, false],
  SSL: [false, true],
  SASL_PLAINTEXT: [true, false],
  SASL_SSL: [true, true],
} as const;

/** Java's `ClientUtils.HOST_PORT`: an optional scheme, brackets around IPv6. */
const HOST_PORT = /^(?:[0-9a-zA-Z\-%._]*:\/\/)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)$/;

function parseBrokers(servers: readonly string[]): BrokerAddress[] {
  const brokers = servers.filter((server) => server !== "").map(parseBroker);
  if (brokers.length === 0) throw new ConnectError("config", "No resolvable bootstrap urls given in bootstrap.servers");
  return brokers;
}

function parseBroker(server: string): BrokerAddress {
  const [, host, port] = HOST_PORT.exec(server) ?? [];
  if (host === undefined || host === "" || Number(port) > 65535)
    throw new ConnectError("config", `Invalid url in bootstrap.servers: ${server}`);
  return { host, port: Number(port) };
}
