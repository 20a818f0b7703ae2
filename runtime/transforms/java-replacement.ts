import { ConnectError } from "../api/index.js";

/** A replacement text of Java's `Matcher`: `$1` and `${name}` are groups, a backslash takes the next character as it is. */
export class JavaReplacement {
  constructor(private readonly template: string) {}

  /** Throws ConnectError `data` for a group that does not exist, as Java does when it replaces. */
  expand(match: RegExpExecArray): string {
    const { template } = this;
    let text = "";
    for (let at = 0; at < template.length;) {
      const c = template.charAt(at);
      if (c === "\\") {
        if (at + 1 === template.length) throw illegal("character to be escaped is missing");
        text += template.charAt(at + 1);
        at += 2;
      } else if (c === "$") {
        const { value, end } = group(template, at + 1, match);
        text += value;
        at = end;
      } else {
        text += c;
        at++;
      }
    }
    return text;
  }
}

/** The group named after a `$`. Further digits belong to its number as long as there is such a group. */
function group(template: string, at: number, match: RegExpExecArray): { value: string; end: number } {
  if (at === template.length) throw illegal("Illegal group reference: group index is missing");
  if (template.charAt(at) === "{") return namedGroup(template, at, match);
  if (!/\d/.test(template.charAt(at))) throw illegal("Illegal group reference");
  let number = Number(template.charAt(at));
  let end = at + 1;
  while (/\d/.test(template.charAt(end)) && number * 10 + Number(template.charAt(end)) < match.length)
    number = number * 10 + Number(template.charAt(end++));
  if (number >= match.length)
    throw new ConnectError("data", `No group ${number}`, { javaClass: "java.lang.IndexOutOfBoundsException" });
  return { value: match[number] ?? "", end };
}

function namedGroup(template: string, at: number, match: RegExpExecArray): { value: string; end: number } {
  const found = /^\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(template.slice(at));
  if (found === null) throw illegal("named capturing group is missing trailing '}'");
  const name = found[1]!;
  if (match.groups === undefined || !(name in match.groups)) throw illegal(`No group with name {${name}}`);
  return { value: match.groups[name] ?? "", end: at + found[0].length };
}

function illegal(message: string): ConnectError {
  return new ConnectError("data", message, { javaClass: "java.lang.IllegalArgumentException" });
}
