import assert from "node:assert/strict";
import { ConnectError } from "../../../../runtime/api/index.js";
import { Loggers, parseLogLevel } from "../../../../runtime/logging/loggers.js";

describe("Loggers", () => {
  let lines: string[];
  let loggers: Loggers;
  let nowMs = 1000;
  beforeEach(() => {
    lines = [];
    nowMs = new Date(2024, 9, 25, 1, 2, 3, 45).getTime();
    loggers = new Loggers(
      (line) => lines.push(line),
      () => nowMs,
    );
  });

  it("write() prints Connect's pattern with context, fields, name and line", () => {
    loggers.get("org.a.B", "[x|task-0] ").info("Started", { topic: "t", count: 2 });
    assert.match(
      lines[0]!,
      /^\[2024-10-25 01:02:03,045\] INFO \[x\|task-0\] Started topic=t count=2 \(org\.a\.B:\d+\)\n$/,
    );
  });

  it("write() prints an error's trace after the line", () => {
    loggers.get("a").error("Failed", { error: new ConnectError("data", "bad") });
    assert.match(lines[0]!, /ERROR Failed \(a:\d+\)\norg\.apache\.kafka\.connect\.errors\.DataException: bad\n\tat /);
  });

  it("isEnabled() follows the nearest level along the dots", () => {
    const log = loggers.get("org.a.B");
    assert.equal(log.isEnabled("DEBUG"), false);
    loggers.configure("org", "DEBUG");
    assert.equal(log.isEnabled("DEBUG"), true);
    loggers.configure("org.a", "OFF");
    assert.equal(log.isEnabled("ERROR"), false);
  });

  it("setLevel() changes every logger under the name and gives those that changed", () => {
    for (const name of ["org.a.B", "org.a.C", "com.x"]) loggers.get(name);
    assert.deepEqual(loggers.setLevel("org.a", "DEBUG"), ["org.a", "org.a.B", "org.a.C"]);
    assert.deepEqual(loggers.setLevel("org.a", "DEBUG"), []);
    assert.deepEqual(loggers.state("org.a.B"), { level: "DEBUG", lastModifiedMs: nowMs });
    assert.deepEqual(loggers.state("com.x"), { level: "INFO", lastModifiedMs: null });
  });

  it("setLevel() of root changes all", () => {
    loggers.get("a.b");
    loggers.setLevel("a", "TRACE");
    assert.deepEqual(loggers.setLevel("root", "WARN"), ["a", "a.b", "root"]);
  });

  it("state() is null for a name that nobody used", () => {
    assert.equal(loggers.state("nobody"), null);
  });

  it("parseLogLevel() takes any case and refuses what is no level", () => {
    assert.equal(parseLogLevel(" debug "), "DEBUG");
    assert.equal(parseLogLevel("verbose"), null);
  });
});
