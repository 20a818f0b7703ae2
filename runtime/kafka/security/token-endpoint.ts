import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ConnectionOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import { ConnectError, parseConfig } from "../../api/index.js";
import { http, https } from "../../api/node-http.js";
import { tlsOptions } from "../../tls/tls.js";
import { CONNECTION_KEYS, type ConnectionValues } from "../client-config-keys.js";
import type { TokenSource } from "./oauth-bearer.js";

type Options = Readonly<Record<string, string>>;

/** What to ask a token endpoint, and how. */
interface TokenRequest {
  readonly url: URL;
  readonly authorization: string | null;
  readonly form: URLSearchParams;
  readonly tls: ConnectionOptions;
  readonly timeoutMs: number | null;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

/**
 * OAuth 2.0 client credentials (RFC 6749 §4.4) as Kafka's `OAuthBearerLoginCallbackHandler` asks for them. Id, secret and scope
 * come from the JAAS options (to 4.0) or properties (from 4.1); `ssl.*` for the endpoint come from the JAAS options.
 */
export function clientCredentials(values: ConnectionValues, options: Options, extensions: Options): TokenSource {
  const id = values["sasl.oauthbearer.client.credentials.client.id"] ?? options["clientId"];
  const secret = values["sasl.oauthbearer.client.credentials.client.secret"] ?? options["clientSecret"];
  if (id === undefined) throw missing("clientId", "sasl.oauthbearer.client.credentials.client.id");
  if (secret === undefined) throw missing("clientSecret", "sasl.oauthbearer.client.credentials.client.secret");
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  const scope = values["sasl.oauthbearer.scope"] ?? options["scope"];
  if (scope !== undefined) form.set("scope", scope);
  const encode = values["sasl.oauthbearer.header.urlencode"] ? encodeURIComponent : (text: string): string => text;
  const request = tokenRequest(values, values["sasl.oauthbearer.token.endpoint.url"] ?? "", form, {
    authorization: basic(encode(id), encode(secret)),
    ssl: options,
  });
  return () => askEndpoint(request, extensions);
}

/** Strimzi's handler: its own option names for the same. Options about how to verify tokens are for brokers. */
export function strimziCredentials(values: ConnectionValues, options: Options): TokenSource {
  const { "oauth.access.token": fixed, "oauth.token.endpoint.uri": url } = options;
  if (fixed !== undefined) return () => Promise.resolve({ value: fixed, expiresAtMs: null });
  const { "oauth.client.id": id, "oauth.client.secret": secret } = options;
  if (url === undefined || id === undefined || secret === undefined)
    throw new ConnectError(
      "config",
      "sasl.jaas.config needs oauth.token.endpoint.uri, oauth.client.id and oauth.client.secret, or oauth.access.token",
    );
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (options["oauth.scope"] !== undefined) form.set("scope", options["oauth.scope"]);
  if (options["oauth.audience"] !== undefined) form.set("audience", options["oauth.audience"]);
  const ssl: Record<string, string> = {};
  for (const [key, value] of Object.entries(options)) if (key.startsWith("oauth.ssl.")) ssl[key.slice(6)] = value;
  const request = tokenRequest(values, url, form, { authorization: basic(id, secret), ssl });
  return () => askEndpoint(request, {});
}

/** A token kept in a file by something else; read anew each time. */
export function fileToken(url: string, extensions: Options): TokenSource {
  const path = fileURLToPath(url);
  return async () => {
    try {
      const value = (await readFile(path, "utf8")).trim();
      return { value, expiresAtMs: expiryOf(value), extensions };
    } catch (cause) {
      throw new ConnectError("retriable", `The token file ${path} could not be read`, { cause });
    }
  };
}

function missing(option: string, property: string): ConnectError {
  return new ConnectError(
    "config",
    `The option ${option} of sasl.jaas.config, or the property ${property}, must be set`,
  );
}

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`, "utf8").toString("base64")}`;
}

function tokenRequest(
  values: ConnectionValues,
  url: string,
  form: URLSearchParams,
  given: { readonly authorization: string; readonly ssl: Options },
): TokenRequest {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ConnectError("config", `The token endpoint ${url} is no http or https URL`);
  return {
    url: new URL(url),
    authorization: given.authorization,
    form,
    tls: tlsOptions(parseConfig(CONNECTION_KEYS, given.ssl)),
    timeoutMs: values["sasl.login.read.timeout.ms"] ?? values["sasl.login.connect.timeout.ms"],
    backoffMs: values["sasl.login.retry.backoff.ms"],
    backoffMaxMs: values["sasl.login.retry.backoff.max.ms"],
  };
}

/** Tries again while waits stay below the longest one: a broker's connection attempt hangs on the answer. */
async function askEndpoint(request: TokenRequest, extensions: Options): ReturnType<TokenSource> {
  for (let waitMs = request.backoffMs; ; waitMs *= 2) {
    try {
      const answer = await post(request);
      const value = answer["access_token"];
      if (typeof value !== "string") throw refused(request.url, "its answer has no access_token");
      const life = answer["expires_in"];
      const expiresAtMs = expiryOf(value) ?? (typeof life === "number" ? Date.now() + life * 1000 : null);
      return { value, expiresAtMs, extensions };
    } catch (error) {
      if (!(error instanceof ConnectError) || error.kind !== "retriable" || waitMs > request.backoffMaxMs) throw error;
      await delay(waitMs);
    }
  }
}

function refused(url: URL, reason: string): ConnectError {
  return new ConnectError("fatal", `The token endpoint ${url.origin}${url.pathname} gave no token: ${reason}`, {
    javaClass: "org.apache.kafka.common.errors.SaslAuthenticationException",
  });
}

function post(request: TokenRequest): Promise<Readonly<Record<string, unknown>>> {
  const body = request.form.toString();
  const { url } = request;
  const headers = {
    accept: "application/json",
    "cache-control": "no-cache",
    "content-type": "application/x-www-form-urlencoded",
    "content-length": Buffer.byteLength(body),
    ...(request.authorization === null ? {} : { authorization: request.authorization }),
  };
  const options = { method: "POST", headers, timeout: request.timeoutMs ?? 10_000 };
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      reject(
        new ConnectError("retriable", `The token endpoint ${url.origin} was not reached: ${cause.message}`, { cause }),
      );
    };
    const send =
      url.protocol === "https:" ? https.request(url, { ...options, ...request.tls }) : http.request(url, options);
    send.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", failed);
      response.on("end", () => {
        try {
          resolve(readAnswer(url, response.statusCode ?? 0, Buffer.concat(chunks).toString("utf8")));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    send.on("timeout", () => send.destroy(new Error("no answer in time")));
    send.on("error", failed);
    send.end(body);
  });
}

function readAnswer(url: URL, status: number, text: string): Readonly<Record<string, unknown>> {
  let answer: unknown = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // Not shown: it may hold anything.
  }
  const fields = typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>) : {};
  if (status === 200 || status === 201) return fields;
  const reason =
    typeof fields["error"] === "string" ? `${fields["error"]} (status ${String(status)})` : `status ${String(status)}`;
  if (status >= 500 || status === 408 || status === 429)
    throw new ConnectError("retriable", `The token endpoint ${url.origin} failed: ${reason}`);
  throw refused(url, reason);
}

/** The `exp` claim of a JWT in milliseconds; null where there is none. */
function expiryOf(token: string): number | null {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as {
      exp?: unknown;
    };
    return typeof claims.exp === "number" ? claims.exp * 1000 : null;
  } catch {
    return null;
  }
}
