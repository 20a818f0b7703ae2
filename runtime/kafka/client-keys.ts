import { parseType, type ConfigDef, type ConfigKey, type Logger } from "../api/index.js";
import { ADMIN_KEYS } from "./admin-keys.js";
import { CONNECTION_KEYS } from "./client-config-keys.js";
import { CONSUMER_KEYS } from "./consumer-config.js";
import { JAVA_ADMIN_KEYS, JAVA_CONSUMER_KEYS, JAVA_PRODUCER_KEYS, REQUIRED, type JavaKey } from "./java-client-keys.js";
import { PRODUCER_KEYS } from "./producer-keys.js";
import type { ClientProperties } from "./seam.js";

const NO_EFFECT = "Accepted for Java's sake; it has no effect here.";

/**
 * All keys of Java's clients, as REST lists them for overrides: with Java's types and defaults, and what they do here. Every key
 * is accepted; most of those without an effect tune what only the JVM has.
 */
export const CLIENT_KEYS: Readonly<Record<"consumer" | "producer" | "admin", ConfigDef>> = {
  consumer: definitions(JAVA_CONSUMER_KEYS, { ...CONNECTION_KEYS, ...CONSUMER_KEYS }),
  producer: definitions(JAVA_PRODUCER_KEYS, { ...CONNECTION_KEYS, ...PRODUCER_KEYS }),
  admin: definitions(JAVA_ADMIN_KEYS, { ...CONNECTION_KEYS, ...ADMIN_KEYS }),
};

function definitions(java: Readonly<Record<string, JavaKey>>, known: ConfigDef): ConfigDef {
  const keys: Record<string, ConfigKey> = {};
  for (const [name, key] of Object.entries(java)) keys[name] = definition(name, key, known[name]?.doc ?? NO_EFFECT);
  return keys;
}

function definition(name: string, [type, fallback, importance, internal]: JavaKey, doc: string): ConfigKey {
  const value = fallback === null || fallback === REQUIRED ? null : parseType(name, type, fallback);
  const given = fallback === REQUIRED ? {} : { default: value };
  // The value is of the key's type: `parseType` made it so.
  return { type, importance, doc, ...given, ...(internal === true ? { internal } : {}) } as ConfigKey;
}

const EFFECTIVE: ConfigDef = { ...CONNECTION_KEYS, ...CONSUMER_KEYS, ...PRODUCER_KEYS, ...ADMIN_KEYS };
const JAVA: Readonly<Record<string, JavaKey>> = { ...JAVA_ADMIN_KEYS, ...JAVA_PRODUCER_KEYS, ...JAVA_CONSUMER_KEYS };

/** Set by Connect itself or by nearly everybody, and of no consequence: serializers of bytes, metrics of the JVM. */
const SILENT = /^(key|value)\.(de)?serializer$|^metrics?\.|^enable\.auto\.commit$|^client\.dns\.lookup$/;

/** What is so here without being said: as Connect sets it for its own producers. */
const INHERENT: ClientProperties = { "enable.idempotence": "false", "max.in.flight.requests.per.connection": "1" };

/** Said once in a process (a thread, that is): every task's clients are given the same. */
const warned = new Set<string>();

/** Names the properties that Java's clients would act on and these do not, unless they say what Java does anyway. */
export function warnOfIgnored(properties: ClientProperties, log: Logger): void {
  for (const name of ignoredKeys(properties)) {
    if (warned.has(name)) continue;
    warned.add(name);
    log.warn(`The property ${name} of Kafka's Java clients is accepted, but has no effect here`);
  }
}

/** Exported for tests. */
export function ignoredKeys(properties: ClientProperties): readonly string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const key = JAVA[name];
    if (key === undefined || EFFECTIVE[name] !== undefined || SILENT.test(name)) return [];
    return value.trim() === (key[1] ?? "") || value.trim() === INHERENT[name] ? [] : [name];
  });
}
