import assert from "node:assert/strict";
import { ConnectError } from "../../../../runtime/api/index.js";
import { parseErrorConfig } from "../../../../runtime/task/error-config.js";
import { errorLine } from "../../../../runtime/task/error-log.js";
import { ErrorPolicy, retryDelayMs, type FailedRecord, type Failure } from "../../../../runtime/task/error-policy.js";
import { contextHeaders } from "../../../../runtime/task/dead-letter-queue.js";
import { ErrorMetrics } from "../../../../runtime/task/metrics.js";
import type { RawRecord } from "../../../../runtime/task/raw-record.js";

const record: RawRecord = {
  topic: "t",
  partition: 2,
  offset: 5,
  timestampMs: 1234,
  timestampType: "CreateTime",
  key: null,
  value: Buffer.from("secret"),
  headers: [],
};

function setUp(config: Record<string, string> = {}) {
  const reported: FailedRecord[] = [];
  const metrics = new ErrorMetrics();
  const stop = new AbortController();
  const clock = { nowMs: 1000 };
  const policy = new ErrorPolicy({
    config: parseErrorConfig(config),
    reporters: [
      {
        report: (failed) => {
          reported.push(failed);
          return Promise.resolve();
        },
      },
    ],
    metrics,
    nowMs: () => clock.nowMs,
    stopping: stop.signal,
  });
  const failure = (error: unknown): Failure => ({ stage: "VALUE_CONVERTER", className: "x.Converter", error });
  return { policy, metrics, reported, stop, clock, failure };
}

const data = new ConnectError("data", "bad");
const passing = new ConnectError("retriable", "not now");

describe("retryDelayMs()", () => {
  it("doubles from 300 ms", () => {
    const delays = [1, 2, 3, 4].map((retry) => retryDelayMs(retry, 60000, 0, Infinity));
    assert.deepEqual(delays, [300, 600, 1200, 2400]);
  });

  it("is random below the longest delay once it would pass it", () => {
    assert.equal(
      retryDelayMs(9, 60000, 0, Infinity, () => 0.5),
      30000,
    );
    assert.equal(
      retryDelayMs(1, 100, 0, Infinity, () => 0.25),
      25,
    );
  });

  it("never passes the deadline", () => {
    assert.equal(retryDelayMs(3, 60000, 1000, 1700), 700);
    assert.equal(retryDelayMs(3, 60000, 1800, 1700), 0);
  });
});

describe("ErrorPolicy", () => {
  it("handle() fails the task when errors are not tolerated, after reporting", async () => {
    const { policy, metrics, reported, failure } = setUp();
    await assert.rejects(
      policy.handle(
        failure(data),
        () => record,
        () => null,
      ),
      (error: ConnectError) => {
        assert.equal(error.message, "Tolerance exceeded in error handler");
        assert.equal(error.javaClass, "org.apache.kafka.connect.errors.ConnectException");
        assert.equal(error.cause, data);
        return true;
      },
    );
    assert.equal(reported.length, 1);
    assert.deepEqual([metrics.failures.total, metrics.errors.total, metrics.skipped.total], [1, 1, 0]);
    assert.equal(metrics.lastErrorMs, 1000);
  });

  it("handle() drops the record when errors are tolerated", async () => {
    const { policy, metrics, reported, failure } = setUp({ "errors.tolerance": "all" });
    const recovered = await policy.handle(
      failure(data),
      () => record,
      () => null,
    );
    assert.equal(recovered, false);
    assert.equal(reported[0]?.record, record);
    assert.deepEqual([metrics.failures.total, metrics.errors.total, metrics.skipped.total], [1, 1, 1]);
  });

  it("handle() tries again while a retriable error lasts, and gives the record back when it passes", async () => {
    const { policy, metrics, reported, failure } = setUp({
      "errors.retry.timeout": "-1",
      "errors.retry.delay.max.ms": "1",
    });
    const outcomes: (Failure | null)[] = [failure(passing), failure(passing), null];
    assert.equal(
      await policy.handle(
        failure(passing),
        () => record,
        () => outcomes.shift() ?? null,
      ),
      true,
    );
    assert.deepEqual([metrics.failures.total, metrics.retries.total, metrics.errors.total], [3, 3, 0]);
    assert.deepEqual(reported, []);
  });

  it("handle() does not retry other errors, nor a retriable one past errors.retry.timeout", async () => {
    const { policy, clock, failure } = setUp({ "errors.retry.timeout": "50", "errors.tolerance": "all" });
    const never = () => assert.fail("must not be tried again");
    assert.equal(await policy.handle(failure(data), () => record, never), false);
    let attempts = 0;
    const redo = () => {
      attempts++;
      clock.nowMs += 1000;
      return failure(passing);
    };
    assert.equal(await policy.handle(failure(passing), () => record, redo), false);
    assert.equal(attempts, 1);
  });

  it("handle() counts a retriable error that lasts as any other when errors are not tolerated", async () => {
    const { policy, failure } = setUp();
    await assert.rejects(
      policy.handle(
        failure(passing),
        () => record,
        () => null,
      ),
      /Tolerance exceeded in error handler/,
    );
  });

  it("handle() drops nothing because the task stops", async () => {
    const { policy, reported, stop, failure } = setUp({ "errors.tolerance": "all", "errors.retry.timeout": "-1" });
    const handled = policy.handle(
      failure(passing),
      () => record,
      () => failure(passing),
    );
    stop.abort();
    await assert.rejects(handled, passing);
    assert.deepEqual(reported, []);
  });

  it("attempt() gives null once the operation went well", async () => {
    const { policy } = setUp({ "errors.retry.timeout": "-1", "errors.retry.delay.max.ms": "1" });
    let left = 2;
    const operation = () => (left-- > 0 ? Promise.reject(passing) : Promise.resolve());
    assert.equal(await policy.attempt(operation), null);
  });

  it("attempt() gives the error when there is no time to retry", async () => {
    const { policy } = setUp();
    assert.equal(await policy.attempt(() => Promise.reject(passing)), passing);
  });
});

describe("errorLine()", () => {
  const failed: FailedRecord = { record, stage: "VALUE_CONVERTER", className: "a.JsonConverter", error: data };

  it("says what failed and, when asked, where", () => {
    assert.equal(
      errorLine("c-0", failed, false),
      "Error encountered in task c-0. Executing stage 'VALUE_CONVERTER' with class 'a.JsonConverter'.",
    );
    assert.equal(
      errorLine("c-0", failed, true),
      "Error encountered in task c-0. Executing stage 'VALUE_CONVERTER' with class 'a.JsonConverter', where consumed " +
        "record is {topic='t', partition=2, offset=5, timestamp=1234, timestampType=CreateTime}.",
    );
  });

  it("leaves the timestamp out where the record has none", () => {
    const untimed = { ...failed, record: { ...record, timestampMs: -1, timestampType: "NoTimestampType" as const } };
    assert.match(errorLine("c-0", untimed, true), / \{topic='t', partition=2, offset=5\}\.$/);
  });
});

describe("contextHeaders()", () => {
  it("gives Connect's ten headers in its order", () => {
    const failed: FailedRecord = { record, stage: "TRANSFORMATION", className: "a.Smt", error: data };
    const headers = contextHeaders(failed, "conn", 3).map(([key, value]) => [key, Buffer.from(value!).toString()]);
    assert.deepEqual(headers.slice(0, 9), [
      ["__connect.errors.topic", "t"],
      ["__connect.errors.partition", "2"],
      ["__connect.errors.offset", "5"],
      ["__connect.errors.connector.name", "conn"],
      ["__connect.errors.task.id", "3"],
      ["__connect.errors.stage", "TRANSFORMATION"],
      ["__connect.errors.class.name", "a.Smt"],
      ["__connect.errors.exception.class.name", "org.apache.kafka.connect.errors.DataException"],
      ["__connect.errors.exception.message", "bad"],
    ]);
    assert.equal(headers[9]?.[0], "__connect.errors.exception.stacktrace");
    assert.match(headers[9][1] ?? "", /^org\.apache\.kafka\.connect\.errors\.DataException: bad\n\tat /);
    assert.equal(headers.length, 10);
  });
});
