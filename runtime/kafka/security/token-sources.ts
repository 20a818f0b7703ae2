import { ConnectError, type Logger } from "../../api/index.js";
import type { ConnectionValues } from "../client-config-keys.js";
import { awsIamToken } from "./aws-iam.js";
import { googleToken } from "./google.js";
import type { JaasEntry } from "./jaas.js";
import type { TokenSource } from "./oauth-bearer.js";
import { clientCredentials, fileToken, strimziCredentials } from "./token-endpoint.js";
import { unsecuredToken } from "./unsecured-token.js";

type Factory = (values: ConnectionValues, jaas: JaasEntry, log: Logger) => TokenSource;

const KAFKA = "org.apache.kafka.common.security.oauthbearer.";

/** Java's login callback handlers, by class name. */
const LOGIN_HANDLERS: Readonly<Record<string, Factory>> = {
  [`${KAFKA}OAuthBearerLoginCallbackHandler`]: endpointToken,
  [`${KAFKA}secured.OAuthBearerLoginCallbackHandler`]: endpointToken,
  [`${KAFKA}internals.unsecured.OAuthBearerUnsecuredLoginCallbackHandler`]: unsecured,
  "com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler": () => googleToken(),
  "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler": (_, jaas) => awsIamToken(jaas.options),
  "io.strimzi.kafka.oauth.client.JaasClientOauthLoginCallbackHandler": (values, jaas) =>
    strimziCredentials(values, jaas.options),
};

const IAM_CLIENT_HANDLERS = [
  "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
  "software.amazon.msk.auth.iam.IAMOAuthBearerLoginCallbackHandler",
];

/** Where tokens come from, by Java's classes. Throws ConnectError `config` naming a class that is not known. */
export function tokenSource(values: ConnectionValues, jaas: JaasEntry, log: Logger): TokenSource {
  const client = values["sasl.client.callback.handler.class"];
  const known = [...IAM_CLIENT_HANDLERS, `${KAFKA}internals.OAuthBearerSaslClientCallbackHandler`];
  if (client !== null && !known.includes(client)) throw unknownClass("sasl.client.callback.handler.class", client);
  if (values["sasl.mechanism"].toUpperCase() === "AWS_MSK_IAM") return awsIamToken(jaas.options);
  const login = values["sasl.login.callback.handler.class"];
  // Without a handler Java makes unsigned tokens, for development.
  if (login === null) return unsecured(values, jaas);
  const factory = LOGIN_HANDLERS[login];
  if (factory === undefined) throw unknownClass("sasl.login.callback.handler.class", login);
  return factory(values, jaas, log);
}

function unknownClass(property: string, className: string): ConnectError {
  const names = Object.keys(LOGIN_HANDLERS).join(", ");
  return new ConnectError("config", `${property}: the class ${className} is not supported. Supported are: ${names}`);
}

function unsecured(_: ConnectionValues, jaas: JaasEntry): TokenSource {
  return unsecuredToken(jaas.options, Date.now);
}

function endpointToken(values: ConnectionValues, jaas: JaasEntry): TokenSource {
  const url = values["sasl.oauthbearer.token.endpoint.url"];
  const retriever = values["sasl.oauthbearer.jwt.retriever.class"];
  const extensions = extensionsOf(jaas.options);
  if (url === null) throw new ConnectError("config", "sasl.oauthbearer.token.endpoint.url must be set");
  switch (retriever.slice(retriever.lastIndexOf(".") + 1)) {
    case "DefaultJwtRetriever":
      return url.startsWith("file:") ? fileToken(url, extensions) : clientCredentials(values, jaas.options, extensions);
    case "FileJwtRetriever":
      return fileToken(url, extensions);
    case "ClientCredentialsJwtRetriever":
      return clientCredentials(values, jaas.options, extensions);
    default:
      throw unknownClass("sasl.oauthbearer.jwt.retriever.class", retriever);
  }
}

/** JAAS options `extension_<name>` are sent to the broker (KIP-768). */
function extensionsOf(options: Readonly<Record<string, string>>): Record<string, string> {
  const extensions: Record<string, string> = {};
  for (const [key, value] of Object.entries(options))
    if (key.startsWith("extension_")) extensions[key.slice("extension_".length)] = value;
  return extensions;
}
