import { ConnectError } from "../../api/index.js";

/** The one login module of a `sasl.jaas.config`. */
export interface JaasEntry {
  /** Java class name. */
  readonly loginModule: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A word or quoted string, a sign of its own, or a number (which Java does not take as a value). */
type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "sign"; readonly sign: string }
  | { readonly kind: "number" };

const CONTROL_FLAGS = ["REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"];

/**
 * Parses `Module flag key="value" …;`. Grammar, escapes and error texts are those of `JaasConfig` of Kafka's clients, which reads
 * with Java's `StreamTokenizer`. Texts never show a value. Throws ConnectError `config`.
 */
export function parseJaas(config: string): JaasEntry {
  const tokens = tokenize(config);
  const entries: JaasEntry[] = [];
  let at = 0;
  while (at < tokens.length) {
    const end = tokens.findIndex((token, i) => i >= at && token.kind === "sign" && token.sign === ";");
    entries.push(parseEntry(tokens.slice(at, end < 0 ? undefined : end), end >= 0));
    at = end < 0 ? tokens.length : end + 1;
  }
  const [entry] = entries;
  if (entry === undefined) throw invalid("Login module not specified in JAAS config");
  if (entries.length > 1)
    throw invalid(`JAAS config property contains ${String(entries.length)} login modules, should be 1 module`);
  return entry;
}

function parseEntry(tokens: readonly Token[], terminated: boolean): JaasEntry {
  const [module, flag, ...rest] = tokens;
  if (module?.kind !== "text") throw invalid("Login module not specified in JAAS config");
  if (flag === undefined) throw invalid("Login module control flag not specified in JAAS config");
  if (flag.kind !== "text") throw invalid("Login module control flag is not available in the JAAS config");
  if (!CONTROL_FLAGS.includes(flag.text.toUpperCase()))
    throw invalid(`Invalid login module control flag '${flag.text}' in JAAS config`);
  const options: Record<string, string> = {};
  for (let i = 0; i < rest.length; i += 3) {
    const [key, equals, value] = rest.slice(i, i + 3);
    const name = key?.kind === "text" ? key.text : "null";
    if (equals?.kind !== "sign" || equals.sign !== "=" || value?.kind !== "text")
      throw invalid(`Value not specified for key '${name}' in JAAS config`);
    options[name] = value.text;
  }
  if (!terminated) throw invalid("JAAS config entry not terminated by semi-colon");
  return { loginModule: module.text, options };
}

function invalid(message: string): ConnectError {
  return new ConnectError("config", message);
}

/** In order of preference: what is skipped, a quoted string, a number, a word, any other sign. A lone `/` starts a comment too. */
const TOKEN =
  /[\u0000-\u0020]+|\/\*[^]*?(?:\*\/|$)|\/[^\n]*|"((?:\\[^]|[^"\\\n])*)"?|'((?:\\[^]|[^'\\\n])*)'?|(-?\.?[0-9][0-9.]*)|([A-Za-z_$\u00a0-\uffff][\w$.\-\u00a0-\uffff]*)|([^])/g; // eslint-disable-line no-control-regex -- Java's white space

function tokenize(config: string): Token[] {
  const tokens: Token[] = [];
  for (const [, double, single, number, word, sign] of config.matchAll(TOKEN)) {
    const quoted = double ?? single;
    if (quoted !== undefined) tokens.push({ kind: "text", text: unescape(quoted) });
    else if (word !== undefined) tokens.push({ kind: "text", text: word });
    else if (number !== undefined) tokens.push({ kind: "number" });
    else if (sign !== undefined) tokens.push({ kind: "sign", sign });
  }
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\u000b",
};

/** Backslash escapes of Java's `StreamTokenizer`: letters of C, up to three octal digits, anything else stands for itself. */
function unescape(text: string): string {
  return text.replace(/\\([0-3][0-7]{0,2}|[4-7][0-7]?|[^])/g, (_, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(parseInt(escaped, 8)) : (ESCAPES[escaped] ?? escaped),
  );
}
