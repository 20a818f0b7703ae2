import { ConnectError } from "../../api/index.js";
import type { TokenSource } from "./oauth-bearer.js";

/** Google says in the access token's place that it is not a signed token. */
const HEADER = { typ: "JWT", alg: "GOOG_OAUTH2_TOKEN" };
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** What Google's auth library gives for application default credentials. */
export interface GoogleCredentials {
  readonly accessToken: string;
  /** The account's e-mail address. */
  readonly subject: string;
  readonly expiresAtMs: number;
}

/**
 * Tokens for Managed Service for Apache Kafka from application default credentials: the same that the sink writes objects with.
 * Source: `GcpLoginCallbackHandler` of googleapis/managedkafka.
 */
export function googleToken(
  ask: () => Promise<GoogleCredentials> = askGoogle,
  nowMs: () => number = Date.now,
): TokenSource {
  return async () => {
    const { accessToken, subject, expiresAtMs } = await ask();
    const iat = Math.floor(nowMs() / 1000);
    const claims = { exp: Math.floor(expiresAtMs / 1000), iat, iss: "Google", scope: "kafka", sub: subject };
    const value = [JSON.stringify(HEADER), JSON.stringify(claims), accessToken]
      .map((part) => Buffer.from(part, "utf8").toString("base64url"))
      .join(".");
    return { value, expiresAtMs };
  };
}

/** An access token lives an hour where the library does not say. */
const DEFAULT_LIFE_MS = 3_600_000;

async function askGoogle(): Promise<GoogleCredentials> {
  try {
    // Loaded when it is needed: it takes 20 MB in every thread.
    const { GoogleAuth } = await import("google-auth-library");
    const auth = new GoogleAuth({ scopes: SCOPE });
    const client = await auth.getClient();
    const { token } = await client.getAccessToken();
    if (typeof token !== "string") throw new Error("no access token");
    const credentials = await auth.getCredentials();
    const subject = credentials.client_email;
    if (subject === undefined) throw new Error("the credentials are of no service account");
    return { accessToken: token, subject, expiresAtMs: client.credentials.expiry_date ?? Date.now() + DEFAULT_LIFE_MS };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectError("retriable", `Google's application default credentials gave no token: ${reason}`, { cause });
  }
}
