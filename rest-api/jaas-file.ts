import { ConnectError } from "../runtime/api/index.js";

/** One login module of an entry in a JAAS file. */
export interface JaasModule {
  readonly className: string;
  readonly options: Readonly<Record<string, string>>;
}

const TOKEN = /\s+|\/\/[^\n]*|#[^\n]*|\/\*[^]*?\*\/|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s{};="']+|[{};=])/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/**
 * The entries of a JAAS login file: `Name { module.Class required key="value"; };`. Names are compared as they are.
 * Throws ConnectError `config` for what is no such file; the message shows no value.
 */
export function parseJaasFile(text: string): ReadonlyMap<string, readonly JaasModule[]> {
  const tokens = tokenize(text);
  const entries = new Map<string, readonly JaasModule[]>();
  let at = 0;
  const next = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new ConnectError("config", "JAAS login file: unexpected end of file");
    return token;
  };
  const expect = (wanted: string): void => {
    if (next() !== wanted) throw new ConnectError("config", `JAAS login file: expected ${wanted}`);
  };
  while (at < tokens.length) {
    const name = unquote(next());
    expect("{");
    const modules: JaasModule[] = [];
    while (tokens[at] !== "}") {
      const className = next();
      next();
      const options: Record<string, string> = {};
      while (tokens[at] !== ";") {
        const key = next();
        expect("=");
        options[key] = unquote(next());
      }
      at++;
      modules.push({ className, options });
    }
    at++;
    expect(";");
    entries.set(name, modules);
  }
  return entries;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new ConnectError("config", "JAAS login file: a quoted value has no end");
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  return tokens;
}

function unquote(token: string): string {
  if (!/^["']/.test(token)) return token;
  return token.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
}
