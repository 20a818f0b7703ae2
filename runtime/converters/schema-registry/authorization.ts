import { ConnectError } from "../../api/index.js";
import type { SchemaRegistryConfig } from "./config.js";
import { exchange, type HttpRequest } from "./http.js";

/** Gives the headers that authorize a request, anew for each one: tokens expire. */
export type Authorize = () => Promise<Readonly<Record<string, string>>>;

type Transport = Pick<HttpRequest, "connectTimeoutMs" | "readTimeoutMs" | "tls">;

const NOTHING: Authorize = () => Promise.resolve({});
/** A token is renewed this long before it expires. */
const RENEW_BEFORE_MS = 60_000;

/** Throws ConnectError `config` for a source that is not known. `given` are the properties as set, to see which are. */
export function authorizationOf(
  config: SchemaRegistryConfig,
  given: Readonly<Record<string, string>>,
  transport: Transport,
): Authorize {
  if (given["bearer.auth.credentials.source"] !== undefined || config["bearer.auth.token"] !== "")
    return bearer(config, transport);
  const source = config["basic.auth.credentials.source"].toUpperCase();
  switch (source) {
    case "URL":
      return NOTHING;
    case "USER_INFO":
      return basic(config["basic.auth.user.info"] || config["schema.registry.basic.auth.user.info"]);
    case "SASL_INHERIT":
      return basic(userInfoOfJaas(given["sasl.jaas.config"] ?? ""));
    default:
      throw new ConnectError(
        "config",
        `Unknown basic.auth.credentials.source ${source}: it must be URL, USER_INFO or SASL_INHERIT`,
      );
  }
}

/** The `Authorization` of a URL's own user and password, with the URL that is left. */
export function splitUserInfo(url: string): {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const parsed = new URL(url);
  if (parsed.username === "") return { url: url.replace(/\/+$/, ""), headers: {} };
  const userInfo = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  parsed.username = "";
  parsed.password = "";
  return { url: parsed.toString().replace(/\/+$/, ""), headers: basicHeader(userInfo) };
}

function basic(userInfo: string): Authorize {
  if (!userInfo.includes(":"))
    throw new ConnectError("config", "basic.auth.user.info must have the form user:password");
  const headers = basicHeader(userInfo);
  return () => Promise.resolve(headers);
}

function basicHeader(userInfo: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(userInfo).toString("base64")}` };
}

function userInfoOfJaas(jaas: string): string {
  const option = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(jaas)?.[1] ?? "";
  return `${option("username")}:${option("password")}`;
}

function bearer(config: SchemaRegistryConfig, transport: Transport): Authorize {
  const cluster = config["bearer.auth.logical.cluster"];
  const pool = config["bearer.auth.identity.pool.id"];
  const extra = {
    ...(cluster === "" ? {} : { "target-sr-cluster": cluster }),
    ...(pool === "" ? {} : { "Confluent-Identity-Pool-Id": pool }),
  };
  const source = config["bearer.auth.credentials.source"].toUpperCase();
  if (source === "STATIC_TOKEN") {
    const headers = { authorization: `Bearer ${config["bearer.auth.token"]}`, ...extra };
    return () => Promise.resolve(headers);
  }
  if (source !== "OAUTHBEARER") {
    throw new ConnectError(
      "config",
      `Unknown bearer.auth.credentials.source ${source}: it must be STATIC_TOKEN or OAUTHBEARER`,
    );
  }
  let token = { value: "", expiresAtMs: 0 };
  return async () => {
    if (Date.now() > token.expiresAtMs - RENEW_BEFORE_MS) token = await askForToken(config, transport);
    return { authorization: `Bearer ${token.value}`, ...extra };
  };
}

/** OAuth 2.0 client credentials (RFC 6749, section 4.4). */
async function askForToken(
  config: SchemaRegistryConfig,
  transport: Transport,
): Promise<{ value: string; expiresAtMs: number }> {
  const scope = config["bearer.auth.scope"];
  const form = new URLSearchParams({ grant_type: "client_credentials", ...(scope === "" ? {} : { scope }) });
  const userInfo = `${config["bearer.auth.client.id"]}:${config["bearer.auth.client.secret"]}`;
  const answer = await exchange({
    ...transport,
    method: "POST",
    url: config["bearer.auth.issuer.endpoint.url"],
    headers: {
      ...basicHeader(userInfo),
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    },
    body: form.toString(),
  });
  if (answer.status !== 200) throw new ConnectError("retriable", `The token endpoint answered ${answer.status}`);
  const token = JSON.parse(answer.body) as { access_token?: string; expires_in?: number };
  if (token.access_token === undefined) throw new ConnectError("retriable", "The token endpoint gave no access_token");
  return { value: token.access_token, expiresAtMs: Date.now() + (token.expires_in ?? 300) * 1000 };
}
