import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConnectError } from "../runtime/api/index.js";
import { parseProperties, type Properties } from "../runtime/worker/properties.js";
import type { Answer } from "./answer.js";
import type { Guard } from "./dispatch.js";
import { statusError } from "./errors.js";
import { parseJaasFile } from "./jaas-file.js";

/**
 * Connect's `BasicAuthSecurityRestExtension`: users and passwords from the properties file that the JAAS entry `KafkaConnect`
 * names. Requests between workers are exempt, they are signed.
 */
export const BASIC_AUTH_EXTENSION = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";
const LOGIN_MODULE = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
const JAAS_ENTRY = "KafkaConnect";

const REFUSED: Answer = { status: 401, contentType: "application/json", text: "User cannot access the resource." };

/**
 * Where users say which JAAS file to take: Java's system property in KAFKA_OPTS or another variable of Kafka's start scripts, or
 * the variable of the property's name. Null: nowhere.
 */
export function jaasFilePath(env: Readonly<Record<string, string | undefined>>): string | null {
  for (const name of ["KAFKA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "EXTRA_ARGS"]) {
    const flag = /(?:^|\s)-Djava\.security\.auth\.login\.config==?("[^"]*"|'[^']*'|\S+)/.exec(env[name] ?? "");
    if (flag !== null) return flag[1]!.replace(/^(["'])(.*)\1$/, "$2");
  }
  return env["java.security.auth.login.config"] ?? null;
}

/** Throws ConnectError `config` when the JAAS file or the users file cannot be used. Both are read once, as in Connect. */
export function basicAuth(path: string | null): Guard {
  const users = parseProperties(readText(usersFileOf(path)));
  const isOpen = Object.keys(users).length === 0;
  return (request) => {
    if (isInternal(request.method, request.path)) return null;
    // Without any user, everyone is let in.
    if (isOpen) return null;
    const given = credentialsOf(request.header("authorization"));
    return given !== null && isKnown(users, given) ? null : REFUSED;
  };
}

function usersFileOf(path: string | null): string {
  if (path === null)
    throw new ConnectError(
      "config",
      "Basic authentication needs a JAAS file: set KAFKA_OPTS=-Djava.security.auth.login.config=<file>",
    );
  const modules = parseJaasFile(readText(path)).get(JAAS_ENTRY);
  const module = modules?.find(({ className }) => className === LOGIN_MODULE);
  if (module === undefined)
    throw new ConnectError("config", `JAAS file ${path} has no entry ${JAAS_ENTRY} with ${LOGIN_MODULE}`);
  const file = (module.options["file"] ?? "").trim();
  if (file === "") throw new ConnectError("config", "Property Credentials file must be specified");
  return file;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConnectError("config", `Could not read ${path}`, { cause: error });
  }
}

/** Null for none and for another scheme. Throws a 500 for what is no base64, as the JVM does. */
function credentialsOf(header: string | undefined): { user: string; password: string } | null {
  const [scheme, encoded = ""] = (header ?? "").split(" ");
  if (scheme?.toLowerCase() !== "basic") return null;
  const illegal = /[^A-Za-z0-9+/=]/.exec(encoded);
  if (illegal !== null) throw statusError(500, `Illegal base64 character ${illegal[0].charCodeAt(0).toString(16)}`);
  const decoded = Buffer.from(encoded, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 0 ? null : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function isKnown(users: Properties, { user, password }: { user: string; password: string }): boolean {
  const expected = Object.hasOwn(users, user) ? users[user]! : null;
  // Digests have one length, so that comparing them takes one time.
  const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  const equal = timingSafeEqual(digest(password), digest(expected ?? ""));
  return expected !== null && equal;
}

function isInternal(method: string, path: string): boolean {
  return (
    (method === "POST" && /^\/?connectors\/[^/]+\/tasks\/?$/.test(path)) ||
    (method === "PUT" && /^\/?connectors\/[^/]+\/fence\/?$/.test(path))
  );
}
