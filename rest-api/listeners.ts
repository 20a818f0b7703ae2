import { lookup } from "node:dns/promises";
import { hostname } from "node:os";
import { ConnectError } from "../runtime/api/index.js";
import { LISTENER_PATTERN } from "../runtime/worker/worker-config.js";

/** One of the worker's `listeners` or `admin.listeners`. */
export interface Listener {
  readonly protocol: "http" | "https";
  /** Empty: all interfaces. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/** A listener that is open: `port` is the one it is bound to. */
export interface OpenListener extends Listener {
  readonly boundPort: number;
}

/** Throws ConnectError `config`. */
export function parseListener(text: string): Listener {
  const [, protocol = "", host = "", port = ""] = LISTENER_PATTERN.exec(text.trim()) ?? [];
  const lower = protocol.toLowerCase();
  if (lower !== "http" && lower !== "https")
    throw new ConnectError("config", `Listener doesn't have the right format or protocol: ${text}`);
  return { protocol: lower, host, port: Math.max(0, Number(port)) };
}

export interface Advertised {
  /** `rest.advertised.host.name`, `.port` and `.listener`; null: not set. */
  readonly host: string | null;
  readonly port: number | null;
  readonly protocol: string | null;
}

/**
 * Where other workers reach this one: `http(s)://host:port/`, with the slash. Order of sources: `RestServer.advertisedUrl` of
 * Kafka 4.1. Throws ConnectError `config` when the advertised protocol is none.
 */
export async function advertisedUrl(listeners: readonly OpenListener[], advertised: Advertised): Promise<string> {
  const protocol = advertised.protocol?.trim().toLowerCase() ?? defaultProtocol(listeners);
  if (protocol !== "http" && protocol !== "https")
    throw new ConnectError(
      "config",
      `Invalid value ${String(advertised.protocol)} for configuration rest.advertised.listener: must be http or https`,
    );
  const listener = listeners.find((candidate) => candidate.protocol === protocol) ?? listeners[0]!;
  const host = given(advertised.host) ?? given(listener.host) ?? (await localAddress());
  return `${protocol}://${host.includes(":") ? `[${host}]` : host}:${advertised.port ?? listener.boundPort}/`;
}

function defaultProtocol(listeners: readonly OpenListener[]): "http" | "https" {
  return listeners.some(({ protocol }) => protocol === "http") ? "http" : "https";
}

function given(host: string | null): string | null {
  return host === null || host.trim() === "" ? null : host.trim();
}

/** Java's `InetAddress.getLocalHost().getHostAddress()`. */
async function localAddress(): Promise<string> {
  try {
    return (await lookup(hostname(), { family: 4 })).address;
  } catch {
    return hostname();
  }
}
