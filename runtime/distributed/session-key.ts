import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ConnectError } from "../api/index.js";
import type { InternalRequest } from "../herder.js";
import type { SessionKey } from "../storage/config-state.js";

/**
 * Requests between workers are signed with a key that only members of the cluster can read: it is in the config topic (KIP-507).
 * The leader makes it and renews it. Sources: `InternalRequestSignature`, `DistributedHerder.checkForKeyRotation`, Connect 4.1.
 */

/** Java's algorithm names, Node's, and the key length that Java generates by default, in bytes. */
const ALGORITHMS: ReadonlyMap<string, { readonly node: string; readonly keyBytes: number }> = new Map([
  ["HmacMD5", { node: "md5", keyBytes: 64 }],
  ["HmacSHA1", { node: "sha1", keyBytes: 64 }],
  ["HmacSHA224", { node: "sha224", keyBytes: 28 }],
  ["HmacSHA256", { node: "sha256", keyBytes: 32 }],
  ["HmacSHA384", { node: "sha384", keyBytes: 48 }],
  ["HmacSHA512", { node: "sha512", keyBytes: 64 }],
]);

export interface SessionKeyConfig {
  readonly generationAlgorithm: string;
  /** Bits; null: the algorithm's own length. */
  readonly keyBits: number | null;
  readonly ttlMs: number;
  readonly signatureAlgorithm: string;
  readonly verificationAlgorithms: readonly string[];
}

/** Throws ConnectError `config` for an algorithm that is not there. */
export function checkAlgorithms(config: SessionKeyConfig): void {
  for (const name of [config.generationAlgorithm, config.signatureAlgorithm, ...config.verificationAlgorithms])
    if (!ALGORITHMS.has(name)) throw new ConnectError("config", `${name} Mac not available`);
}

export function generateSessionKey(config: SessionKeyConfig, nowMs: number): SessionKey {
  return {
    key: randomBytes(keyLength(config)),
    algorithm: config.generationAlgorithm,
    creationTimestampMs: nowMs,
  };
}

/** Whether the leader has to make a new key. `expiresMs` is when it knows the present one to expire. */
export function needsNewKey(config: SessionKeyConfig, key: SessionKey | null, nowMs: number): boolean {
  if (key === null) return true;
  if (key.algorithm !== config.generationAlgorithm || key.key.length !== keyLength(config)) return true;
  return config.ttlMs > 0 && key.creationTimestampMs + config.ttlMs <= nowMs;
}

/** The two headers of a signed request. */
export function signRequest(config: SessionKeyConfig, key: SessionKey, body: Uint8Array): Record<string, string> {
  return {
    "X-Connect-Authorization": sign(config.signatureAlgorithm, key, body).toString("base64"),
    "X-Connect-Request-Signature-Algorithm": config.signatureAlgorithm,
  };
}

/** Throws ConnectError, with the status and text of Connect, unless the request is signed with `key`. */
export function verifyRequest(config: SessionKeyConfig, key: SessionKey | null, request: InternalRequest): void {
  const { signature, algorithm, body } = request;
  if (signature === null || algorithm === null)
    throw new ConnectError("bad-request", "Internal request missing required signature");
  if (!ALGORITHMS.has(algorithm)) throw new ConnectError("bad-request", `Algorithm ${algorithm} not available`);
  if (!config.verificationAlgorithms.includes(algorithm))
    throw new ConnectError(
      "bad-request",
      `This worker does not support the '${algorithm}' key signing algorithm used by other workers. ` +
        `This worker is currently configured to use: [${config.verificationAlgorithms.join(", ")}]. ` +
        "Check that all workers' configuration files permit the same set of signature algorithms, and correct any " +
        "misconfigured worker and restart it.",
    );
  if (key === null)
    throw new ConnectError(
      "bad-request",
      "This worker is still starting up and has not been able to read a session key from the config topic yet",
      { at: { status: 503 } },
    );
  const expected = sign(algorithm, key, body);
  const given = Buffer.from(signature, "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new ConnectError("bad-request", "Internal request contained invalid signature.", { at: { status: 403 } });
}

function sign(algorithm: string, key: SessionKey, body: Uint8Array): Buffer {
  return createHmac(ALGORITHMS.get(algorithm)!.node, key.key).update(body).digest();
}

function keyLength(config: SessionKeyConfig): number {
  if (config.keyBits !== null) return Math.ceil(config.keyBits / 8);
  return ALGORITHMS.get(config.generationAlgorithm)!.keyBytes;
}
