import { ConnectError } from "../../api/index.js";
import type { TokenSource } from "./oauth-bearer.js";

/**
 * Unsigned tokens from JAAS options, for development: what Java's clients make when no login callback handler is set. Options:
 * `unsecuredLoginStringClaim_<name>`, `…NumberClaim_<name>`, `…ListClaim_<name>`, `unsecuredLoginLifetimeSeconds`,
 * `unsecuredLoginExtension_<name>`. Source: `OAuthBearerUnsecuredLoginCallbackHandler`.
 */
export function unsecuredToken(options: Readonly<Record<string, string>>, nowMs: () => number): TokenSource {
  const named = (prefix: string): [string, string][] =>
    Object.entries(options)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]);
  const lifeSeconds = Number(options["unsecuredLoginLifetimeSeconds"] ?? "3600");
  const claims: Record<string, unknown> = Object.fromEntries(named("unsecuredLoginStringClaim_"));
  for (const [name, value] of named("unsecuredLoginNumberClaim_")) claims[name] = Number(value);
  // The first character separates: ",a,b" or "|a|b".
  for (const [name, value] of named("unsecuredLoginListClaim_")) claims[name] = value.slice(1).split(value.slice(0, 1));
  if (claims["sub"] === undefined && options["unsecuredLoginPrincipalClaimName"] === undefined)
    throw new ConnectError(
      "config",
      "sasl.mechanism OAUTHBEARER needs sasl.login.callback.handler.class, or, for development, the sasl.jaas.config option " +
        "unsecuredLoginStringClaim_sub",
    );
  const extensions = Object.fromEntries(named("unsecuredLoginExtension_"));
  return () => {
    const iat = nowMs() / 1000;
    const payload = { ...claims, iat, exp: iat + lifeSeconds };
    const value = `${base64url({ alg: "none" })}.${base64url(payload)}.`;
    return Promise.resolve({ value, expiresAtMs: payload.exp * 1000, extensions });
  };
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}
