import type { SaslConfig } from "../connection-config.js";
import { kafkaErrorNamed } from "../errors.js";

export interface BearerToken {
  readonly value: string;
  /** Null: not known, so it is asked for anew for each connection. */
  readonly expiresAtMs: number | null;
  /** SASL extensions (KIP-342), such as `logicalCluster`. */
  readonly extensions?: Readonly<Record<string, string>>;
}

/** Throws ConnectError: `retriable` when asking again may help. */
export type TokenSource = () => Promise<BearerToken>;

/** `sasl.login.refresh.window.factor` of Java's clients: a token is renewed after this part of its life. */
const REFRESH_FACTOR = 0.8;

/**
 * The mechanism OAUTHBEARER (RFC 7628). Not kafkajs's own, which takes the broker's refusal for success and then loses the
 * connection without a reason.
 */
export function oauthBearer(source: TokenSource): SaslConfig {
  const token = cached(source, Date.now);
  return {
    mechanism: "OAUTHBEARER",
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const { value, extensions = {} } = await token();
        const refusal = await saslAuthenticate({
          request: { encode: () => sized(initialResponse(value, extensions)) },
          response: { decode: (raw: Buffer) => raw.subarray(4), parse: (data: Buffer) => data.toString("utf8") },
        });
        if (refusal === undefined || refusal === "") return;
        // The broker says why, and fails the login once that is acknowledged; its error does not say why again.
        await saslAuthenticate({ request: { encode: () => sized("\u0001") } }).catch(() => undefined);
        throw kafkaErrorNamed("SASL_AUTHENTICATION_FAILED", {}, undefined, `SASL OAUTHBEARER was refused: ${refusal}`);
      },
    }),
  };
}

/** First message of the client: no authorisation identity, the token, the extensions. */
export function initialResponse(token: string, extensions: Readonly<Record<string, string>>): string {
  const pairs = [["auth", `Bearer ${token}`], ...Object.entries(extensions)];
  return `n,,\u0001${pairs.map(([key, value]) => `${key ?? ""}=${value ?? ""}\u0001`).join("")}\u0001`;
}

/** Kafka's BYTES, as kafkajs wants requests and gives answers. */
function sized(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** One token for all connections, asked for once at a time and renewed before it expires. Exported for tests. */
export function cached(source: TokenSource, nowMs: () => number): TokenSource {
  let current: { readonly token: BearerToken; readonly renewAtMs: number } | null = null;
  let asking: Promise<BearerToken> | null = null;
  const ask = async (): Promise<BearerToken> => {
    const askedAtMs = nowMs();
    const token = await source();
    const lifeMs = (token.expiresAtMs ?? 0) - askedAtMs;
    current = lifeMs > 0 ? { token, renewAtMs: askedAtMs + lifeMs * REFRESH_FACTOR } : null;
    return token;
  };
  return () => {
    if (current !== null && nowMs() < current.renewAtMs) return Promise.resolve(current.token);
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}
