import type { RequestHandler } from "express";
import { ConnectError } from "../runtime/api/index.js";

/** `response.http.headers.config`: rules `[action] [name]:[value]`, separated by commas; a rule with commas in double quotes. */

type Action = "set" | "add" | "setDate" | "addDate";

interface HeaderRule {
  readonly action: Action;
  readonly name: string;
  /** For dates: milliseconds from the answer's time. */
  readonly value: string;
}

const ACTIONS: readonly string[] = ["set", "add", "setDate", "addDate"];

/** Throws ConnectError `config` with Connect's texts. */
export function parseHeaderRules(config: string): HeaderRule[] {
  return splitRules(config).map(parseRule);
}

/** At commas that are outside of double quotes; the quotes go away. */
function splitRules(config: string): string[] {
  return (config.match(/(?:"[^"]*"|[^,"])+/g) ?? [])
    .map((rule) => rule.replace(/"/g, "").trim())
    .filter((rule) => rule !== "");
}

function parseRule(rule: string): HeaderRule {
  const fail = (message: string): never => {
    throw new ConnectError(
      "config",
      `Invalid value ${rule} for configuration response.http.headers.config: ${message}`,
    );
  };
  const space = rule.search(/\s/);
  if (space < 0) fail(`Invalid format of header config '${rule}'. Expected: '[action] [header name]:[header value]'`);
  const action = rule.slice(0, space);
  const header = rule.slice(space).trim();
  if (!ACTIONS.includes(action))
    fail(`Invalid header config action: '${action}'. Expected one of [${ACTIONS.join(", ")}]`);
  const colon = header.indexOf(":");
  if (colon < 0) fail(`Invalid header config: '${header}' doesn't contain a ':'`);
  const name = header.slice(0, colon).trim();
  if (name === "" || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    fail(`Invalid header name '${name}'. The '[header name]' cannot contain whitespace`);
  return { action: action as Action, name, value: header.slice(colon + 1).trim() };
}

/** Sets the headers of every answer; `nowMs` for those that are dates. */
export function headerFilter(rules: readonly HeaderRule[], nowMs: () => number): RequestHandler {
  return (_request, response, next) => {
    for (const { action, name, value } of rules) {
      const text = action.endsWith("Date") ? new Date(nowMs() + Number(value)).toUTCString() : value;
      if (action.startsWith("set")) response.setHeader(name, text);
      else response.appendHeader(name, text);
    }
    next();
  };
}
