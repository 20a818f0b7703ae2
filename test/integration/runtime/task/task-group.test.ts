import assert from "node:assert/strict";
import { ConnectError, type SinkRecord } from "../../../../runtime/api/index.js";
import { uniqueName } from "../../../support/kafka-broker.js";
import { newTopic, proxiedBroker, sharedKafka } from "../../../support/shared.js";
import { TaskBench, type BenchOptions } from "../../../support/task-bench.js";
import { TestKafka } from "../../../support/topics.js";

const JSON_VALUES = {
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter.schemas.enable": "false",
};

function values(count: number, from = 0): { value: string }[] {
  return Array.from({ length: count }, (_, i) => ({ value: `v${from + i}` }));
}

describe("TaskGroup, a sink task", function () {
  let kafka: TestKafka;
  const benches: TaskBench[] = [];

  before(async () => {
    kafka = await sharedKafka();
  });
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench.close();
  });

  function bench(options: Omit<BenchOptions, "bootstrap">): TaskBench {
    const made = new TaskBench({ bootstrap: kafka.bootstrap, ...options });
    benches.push(made);
    return made;
  }

  const committed = async (of: TaskBench, topic: string) => (await kafka.committedOffsets(of.group, topic)).get(0);

  it("reads a topic, tells of it, commits at the interval and once more when it stops", async () => {
    const topic = await newTopic();
    await kafka.produce(topic, values(3));
    const of = bench({ config: { topics: topic }, worker: { "offset.flush.interval.ms": "200" } });
    const task = await of.start();
    await of.until("all was taken", () => task.values.length === 3);
    await of.until("it is committed", async () => (await committed(of, topic)) === 3);
    await kafka.produce(topic, values(2, 3));
    await of.until("the rest was taken", () => task.values.length === 5);
    await of.stop();
    assert.equal(await committed(of, topic), 5);
    assert.deepEqual(task.values, ["v0", "v1", "v2", "v3", "v4"]);
    assert.deepEqual(of.types(), ["running", "active-topic", "stopped"]);
    assert.deepEqual(task.calls.slice(0, 2), ["start", `open ${topic}-0`]);
    assert.deepEqual(task.calls.slice(-3), [`preCommit ${topic}-0=5`, `close ${topic}-0 revoked`, "stop"]);
  });

  it("is given no more than max.poll.records at once, and put with nothing when nothing comes", async () => {
    const topic = await newTopic();
    await kafka.produce(topic, values(25));
    const of = bench({
      config: { topics: topic },
      worker: { "offset.flush.interval.ms": "100" },
      consumer: { "max.poll.records": "10" },
    });
    const task = await of.start();
    await of.until("an idle put came", () => task.values.length === 25 && task.calls.at(-1) === "put 0");
    assert.deepEqual(
      task.calls.filter((call) => call.startsWith("put ") && call !== "put 0"),
      ["put 10", "put 10", "put 5"],
    );
  });

  it("fails with Connect's texts when put throws, and commits nothing of that batch", async () => {
    const topic = await newTopic();
    const of = bench({
      config: { topics: topic },
      script: {
        put: (_, records) => {
          if (records.some(({ value }) => value.value === "v3")) throw new TypeError("cannot take v3");
        },
      },
    });
    const task = await of.start();
    await kafka.produce(topic, values(2));
    await of.until("the first were taken", () => task.values.length === 2);
    await kafka.produce(topic, values(3, 2));
    const { trace } = await of.failure();
    assert.match(
      trace,
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception\.\n/,
    );
    assert.match(trace, /\nCaused by: java\.lang\.RuntimeException: cannot take v3\n/);
    assert.equal(await committed(of, topic), 2);
    assert.deepEqual(task.calls.slice(-3), [`preCommit ${topic}-0=2`, `close ${topic}-0 revoked`, "stop"]);
  });

  it("gives nothing of a poll to put when a record of it cannot be converted", async () => {
    const topic = await newTopic();
    await kafka.produce(topic, [{ value: "1" }, { value: "{" }, { value: "3" }]);
    const of = bench({ config: { topics: topic, ...JSON_VALUES } });
    of.tasksOfThread.start(of.spec());
    const { trace } = await of.failure();
    const [first, ...rest] = trace.split("\n").filter((line) => !line.startsWith("\t"));
    assert.equal(first, "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler");
    assert.match(rest[0] ?? "", /^Caused by: org\.apache\.kafka\.connect\.errors\.DataException: /);
    assert.deepEqual(of.tasks[0]?.taken, []);
    assert.equal((await committed(of, topic)) ?? null, null);
  });

  it("drops what cannot be converted when errors are tolerated, and commits past it", async () => {
    const topic = await newTopic();
    await kafka.produce(topic, [{ value: "1" }, { value: "{" }, { value: "3" }, { value: "}" }]);
    const of = bench({ config: { topics: topic, ...JSON_VALUES, "errors.tolerance": "all" } });
    const task = await of.start();
    await of.until("the good ones were taken", () => task.taken.length === 2);
    await of.stop();
    assert.deepEqual(task.taken, [`${topic}-0@0`, `${topic}-0@2`]);
    assert.equal(await committed(of, topic), 4);
  });

  it("delivers the same batch again after context.timeout when put throws a retriable error", async () => {
    const topic = await newTopic("retry", 2);
    const refusedAtMs: number[] = [];
    const seen: string[][] = [];
    const of = bench({
      config: { topics: topic },
      script: {
        put: ({ context }, records) => {
          if (records.length === 0) return;
          seen.push(records.map(({ offset, value }) => `${offset} ${String(value.value)}`));
          refusedAtMs.push(performance.now());
          if (seen.length > 3) return;
          context.timeout(150);
          throw new ConnectError("retriable", "not yet");
        },
      },
    });
    const task = await of.start();
    await of.until("the partitions are open", () => task.calls.some((call) => call.startsWith("open ")));
    await kafka.produce(topic, [
      { value: "a", partition: 0 },
      { value: "b", partition: 0 },
    ]);
    await of.until("it was refused", () => seen.length > 0);
    await kafka.produce(topic, [{ value: "c", partition: 1 }]);
    await of.until("it was taken in the end", () => task.taken.length === 3);
    assert.deepEqual(seen.slice(0, 4), Array(4).fill(seen[0]));
    assert.deepEqual(seen[4], ["0 c"]);
    const waits = refusedAtMs.slice(1, 4).map((ms, i) => ms - refusedAtMs[i]!);
    for (const wait of waits) assert.ok(wait >= 145 && wait < 2000, `waited ${wait} ms`);
    assert.equal(of.events.filter(({ type }) => type === "failed").length, 0);
  });

  it("goes back to the committed offsets when preCommit fails, stays running and tries again", async () => {
    const topic = await newTopic();
    const of = bench({
      config: { topics: topic },
      worker: { "offset.flush.interval.ms": "150" },
      script: {
        preCommit: ({ values: taken }, current) => {
          if (taken.length > 0 && taken.length < 9) throw new ConnectError("fatal", "cannot flush");
          return current;
        },
      },
    });
    const task = await of.start();
    await kafka.produce(topic, values(3));
    await of.until("it was committed in the end", async () => (await committed(of, topic)) === 3);
    assert.deepEqual(task.values, ["v0", "v1", "v2", "v0", "v1", "v2", "v0", "v1", "v2"]);
    assert.ok(of.lines.some((line) => line.includes("Offset commit failed, rewinding to last committed offsets")));
    assert.ok(!of.types().includes("failed"));
  });

  it("commits at once when the task asks for it", async () => {
    const topic = await newTopic();
    const of = bench({
      config: { topics: topic },
      script: {
        put: ({ context }) => {
          context.requestCommit();
        },
      },
    });
    await kafka.produce(topic, values(2));
    await of.start();
    await of.until("it is committed", async () => (await committed(of, topic)) === 2, 10_000);
  });

  it("reads on where context.offset says, and holds what context.pause names", async () => {
    const topic = await newTopic("pause", 2);
    const t0 = { topic, partition: 0 };
    let rewound = false;
    const of = bench({
      config: { topics: topic },
      consumer: { "max.poll.records": "2" },
      script: {
        put: ({ context }, records) => {
          const last = records.at(-1);
          if (last?.origin.partition !== 0 || last.offset !== 3 || rewound) return;
          rewound = true;
          context.offset(t0, 1);
          context.pause([t0]);
        },
      },
    });
    await kafka.produce(
      topic,
      values(6).map((record) => ({ ...record, partition: 0 })),
    );
    const task = await of.start();
    const ofZero = () => task.taken.filter((name) => name.startsWith(`${topic}-0@`)).map((name) => name.split("@")[1]);
    await of.until("it went back", () => rewound);
    await kafka.produce(topic, [{ value: "other", partition: 1 }]);
    await of.until("the other partition flows", () => task.values.includes("other"));
    assert.deepEqual(ofZero(), ["0", "1", "2", "3"]);
    task.context.resume([t0]);
    await of.until("it was read again", () => ofZero().length === 9);
    assert.deepEqual(ofZero(), ["0", "1", "2", "3", "1", "2", "3", "4", "5"]);
  });

  it("is paused and resumed: reads nothing meanwhile, commits when paused", async () => {
    const topic = await newTopic();
    const of = bench({ config: { topics: topic }, worker: { "offset.flush.interval.ms": "100" } });
    const task = await of.start();
    await kafka.produce(topic, values(2));
    await of.until("the first were taken", () => task.values.length === 2);
    const key = of.spec().key;
    of.tasksOfThread.pause(key);
    await of.until("it says so", () => of.types().includes("paused"));
    await of.until("it has committed", async () => (await committed(of, topic)) === 2);
    await kafka.produce(topic, values(2, 2));
    const calls = task.calls.length;
    await of.until("it has gone round a few times", () => task.calls.length > calls + 6);
    assert.equal(task.values.length, 2);
    of.tasksOfThread.resume(key);
    await of.until("the rest was taken", () => task.values.length === 4);
    assert.deepEqual(of.types(), ["running", "active-topic", "paused", "resumed"]);
  });

  it("starts only when resumed where it was placed while paused", async () => {
    const topic = await newTopic();
    const of = bench({ config: { topics: topic } });
    of.tasksOfThread.start(of.spec(0, { startPaused: true }));
    await of.until("it says so", () => of.types().includes("paused"));
    assert.equal(of.tasks.length, 0);
    of.tasksOfThread.resume(of.spec().key);
    await of.until("it runs", () => of.types().includes("running"));
    await of.stop();
    assert.deepEqual(of.types(), ["paused", "running", "stopped"]);
  });

  it("that never ran is stopped without being started", async () => {
    const of = bench({ config: { topics: "none" } });
    of.tasksOfThread.start(of.spec(0, { startPaused: true }));
    await of.stop();
    assert.deepEqual([of.types(), of.tasks.length], [["paused", "stopped"], 0]);
  });

  it("is abandoned when it does not stop in time: commits nothing more and gives its partitions to others", async () => {
    const topic = await newTopic();
    await kafka.produce(topic, values(2));
    let hang = true;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const aborted: boolean[] = [];
    const of = bench({
      config: { topics: topic },
      script: {
        put: async ({ context }, records) => {
          if (!hang || records.length === 0) return;
          hang = false;
          await promise;
          aborted.push(context.signal.aborted);
        },
      },
    });
    const first = await of.start();
    await of.until("it hangs", () => !hang);
    await of.stop(0, 100);
    assert.equal(of.events.at(-1)?.type, "abandoned");
    const second = await of.start();
    await of.until("the next one has the records", () => second.values.length === 2);
    resolve(undefined);
    await of.until("the first has ended", () => first.calls.at(-1) === "stop");
    await of.stop();
    assert.deepEqual(aborted, [true]);
    assert.deepEqual(
      first.calls.filter((call) => call.startsWith("preCommit")),
      [],
    );
    assert.equal(await committed(of, topic), 2);
    assert.deepEqual(of.types(), ["running", "active-topic", "abandoned", "running", "active-topic", "stopped"]);
  });

  it("shares its topic with a second one: nothing is lost, and what is given away is committed first", async () => {
    const topic = await newTopic("rebalance", 4);
    const spread = (count: number, from: number) =>
      values(count, from).map((record, i) => ({ ...record, partition: i % 4 }));
    await kafka.produce(topic, spread(40, 0));
    const of = bench({ config: { topics: topic } });
    const first = await of.start(0);
    await of.until("the first has all", () => first.taken.length === 40);
    const second = await of.start(1);
    await of.until("the second has partitions", () => second.calls.some((call) => call.startsWith("open ")));
    await kafka.produce(topic, spread(40, 40));
    await of.until("all was taken", () => first.taken.length + second.taken.length >= 80);
    await of.stop(0);
    await kafka.produce(topic, spread(40, 80));
    await of.until("the second has the rest", () => second.taken.length >= 60);
    await of.stop(1);
    const all = [...first.taken, ...second.taken];
    assert.equal(all.length, 120);
    assert.equal(new Set(all).size, 120);
    for (const [, next] of await kafka.committedOffsets(of.group, topic)) assert.equal(next, 30);
    const revoked = first.calls.findIndex((call) => call.startsWith("close "));
    assert.match(first.calls[revoked - 1] ?? "", /^preCommit .*-0=10 .*-1=10/);
  });

  it("loses its hold of a refused batch with its partitions, and goes on with what it keeps", async () => {
    const topic = await newTopic("refused", 2);
    let refuse = true;
    const of = bench({
      config: { topics: topic },
      script: {
        put: ({ context }, records) => {
          if (!refuse || records.length === 0) return;
          context.timeout(50);
          throw new ConnectError("retriable", "not yet");
        },
      },
    });
    const first = await of.start(0);
    await of.until("the partitions are open", () => first.calls.some((call) => call.startsWith("open ")));
    await kafka.produce(topic, [0, 1].map((partition) => ({ value: `v${partition}`, partition }))); // prettier-ignore
    await of.until("it was refused twice", () => first.calls.filter((call) => /^put [12]/.test(call)).length >= 2);
    const second = await of.start(1);
    await of.until("both have a partition", () => {
      return [first, second].every(({ calls }) => calls.some((call) => /^open \S+$/.test(call)));
    });
    refuse = false;
    await of.until("each has its own record", () => first.taken.length === 1 && second.taken.length === 1);
    await kafka.produce(topic, [0, 1].map((partition) => ({ value: `w${partition}`, partition }))); // prettier-ignore
    await of.until("both flow again", () => first.taken.length === 2 && second.taken.length === 2);
    assert.equal(new Set([...first.taken, ...second.taken]).size, 4);
  });

  it("keeps a partition paused over a rebalance in which it comes back", async () => {
    const topic = await newTopic("kept", 2);
    const of = bench({ config: { topics: topic } });
    const first = await of.start(0);
    await of.until("the partitions are open", () => first.calls.some((call) => call.startsWith("open ")));
    first.context.pause([{ topic, partition: 0 }]);
    await of.start(1);
    await of.until("it has but one left", () => first.calls.includes(`open ${topic}-0`));
    await kafka.produce(topic, [0, 1].map((partition) => ({ value: `v${partition}`, partition }))); // prettier-ignore
    await of.until("the other has its record", () => of.tasks[1]?.taken.length === 1);
    const calls = first.calls.length;
    await of.stop(1);
    await of.until("all is back", () => first.calls.slice(calls).includes(`open ${topic}-0 ${topic}-1`));
    await kafka.produce(topic, [{ value: "w1", partition: 1 }]);
    await of.until("the other one flows", () => first.values.includes("w1"));
    assert.deepEqual(first.values, ["w1"]);
    first.context.resume([{ topic, partition: 0 }]);
    await of.until("it flows again", () => first.values.includes("v0"));
  });

  it("lets go of partitions that were lost, commits nothing of them, and reads them again", async () => {
    const topic = uniqueName("lost");
    const { broker, proxy, bootstrap } = await proxiedBroker();
    const direct = new TestKafka(broker.bootstrap());
    await direct.createTopic(topic);
    await direct.produce(topic, values(2));
    const consumer = { "session.timeout.ms": "1000", "heartbeat.interval.ms": "200", "request.timeout.ms": "800" };
    const of = new TaskBench({ bootstrap, config: { topics: topic }, consumer });
    benches.push(of);
    const signals: AbortSignal[] = [];
    const task = await of.start();
    await of.until("all was taken", () => task.taken.length === 2);
    signals.push(task.context.signal);
    proxy.setFault({ kind: "stall" });
    try {
      await of.until("the broker has thrown it out", async () => {
        const { groups } = await direct.withAdmin((admin) => admin.describeGroups([of.group]));
        return groups[0]?.members.length === 0;
      });
    } finally {
      proxy.setFault({ kind: "pass" });
    }
    await of.until("the partition is lost", () => task.calls.includes(`close ${topic}-0 lost`));
    await of.until("it was read again", () => task.taken.length === 4);
    assert.deepEqual(task.taken.slice(2), task.taken.slice(0, 2));
    assert.deepEqual([signals[0]?.aborted, task.context.signal.aborted], [true, false]);
    assert.ok(!task.calls.some((call) => call.startsWith("preCommit")));
    await of.stop();
    assert.equal((await direct.committedOffsets(of.group, topic)).get(0), 2);
  });

  it("fails when open throws in a rebalance", async () => {
    const topic = await newTopic();
    const of = bench({
      config: { topics: topic },
      script: {
        open: () => {
          throw new ConnectError("fatal", "cannot open");
        },
      },
    });
    of.tasksOfThread.start(of.spec());
    const { trace } = await of.failure();
    assert.match(trace, /^org\.apache\.kafka\.connect\.errors\.ConnectException: cannot open\n/);
  });

  it("fails when it cannot be made or started, and lets go of everything", async () => {
    const of = bench({
      config: { topics: "none" },
      script: {
        start: () => {
          throw new ConnectError("config", "no start");
        },
      },
    });
    of.tasksOfThread.start(of.spec());
    assert.match((await of.failure()).trace, /^org\.apache\.kafka\.common\.config\.ConfigException: no start\n/);
    of.tasksOfThread.start(of.spec(1, { connectorClass: "x.None" }));
    assert.match((await of.failure(1)).trace, /Failed to find any class that implements Connector/);
    of.tasksOfThread.start(of.spec(2, { config: {} }));
    assert.match((await of.failure(2)).trace, /Must configure one of topics or topics.regex/);
  });

  it("reports records to the dead letter queue that it could not write itself", async () => {
    const topic = await newTopic();
    const dead = await newTopic("dead");
    await kafka.produce(topic, [
      { key: "k", value: "good" },
      { key: "k2", value: "evil", headers: { own: "h" }, timestampMs: 1_700_000_000_000 },
    ]);
    const report = ({ context }: { context: { errantRecordReporter(): unknown } }, records: readonly SinkRecord[]) => {
      const reporter = context.errantRecordReporter() as { report(r: SinkRecord, e: ConnectError): Promise<void> };
      for (const record of records)
        if (record.value.value === "evil")
          void reporter.report(record.with({ topic: "changed" }), new ConnectError("data", "evil indeed"));
    };
    const of = bench({
      config: {
        topics: topic,
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": dead,
        "errors.deadletterqueue.context.headers.enable": "true",
      },
      script: { put: report },
    });
    const task = await of.start();
    await of.until("all was taken", () => task.taken.length === 2);
    await of.stop();
    const [letter, ...rest] = await kafka.readTopic(dead);
    assert.deepEqual(rest, []);
    assert.deepEqual([letter?.key?.toString(), letter?.value?.toString()], ["k2", "evil"]);
    assert.equal(letter?.timestampMs, 1_700_000_000_000);
    const header = (name: string) => letter.headers[name]?.toString();
    assert.equal(Object.keys(letter.headers)[0], "own");
    assert.equal(header("__connect.errors.stage"), "TASK_PUT");
    assert.equal(header("__connect.errors.topic"), topic);
    assert.equal(header("__connect.errors.class.name"), "org.apache.kafka.connect.sink.SinkTask");
    assert.equal(header("__connect.errors.exception.message"), "evil indeed");
    assert.equal(await committed(of, topic), 2);
  });

  it("fails when it reports a record although errors are not tolerated, even if it goes on regardless", async () => {
    const topic = await newTopic();
    await kafka.produce(topic, values(1));
    const of = bench({
      config: { topics: topic, "errors.log.enable": "true" },
      script: {
        put: ({ context }, records) => {
          for (const record of records)
            void context.errantRecordReporter()?.report(record, new ConnectError("data", "no"));
        },
      },
    });
    of.tasksOfThread.start(of.spec());
    const { trace } = await of.failure();
    assert.match(trace, /Exiting WorkerSinkTask due to unrecoverable exception/);
    assert.match(trace, /Caused by: org\.apache\.kafka\.connect\.errors\.ConnectException: Tolerance exceeded/);
  });

  it("has no reporter where nothing would be told", async () => {
    const topic = await newTopic();
    const of = bench({ config: { topics: topic } });
    const task = await of.start();
    assert.equal(task.context.errantRecordReporter(), null);
  });

  it("shows Connect's metrics and its own", async () => {
    const topic = await newTopic();
    await kafka.produce(topic, values(4));
    const of = bench({
      config: { topics: topic },
      script: {
        put: ({ context }, records) => {
          context.metrics.add("objects_written", records.length);
          context.memory.take(records.length);
          if (records.length > 0) context.requestCommit();
        },
      },
    });
    const task = await of.start();
    await of.until("all was committed", async () => task.taken.length === 4 && (await committed(of, topic)) === 4);
    const [metrics] = of.tasksOfThread.metrics();
    const value = (name: string) => metrics?.values[name];
    assert.equal(value("sink-task-metrics/sink-record-read-total"), 4);
    assert.equal(value("sink-task-metrics/sink-record-send-total"), 4);
    assert.equal(value("sink-task-metrics/partition-count"), 1);
    assert.equal(value("sink-task-metrics/sink-record-active-count"), 0);
    assert.equal(value("connector-task-metrics/batch-size-max"), 4);
    assert.equal(value("connector-task-metrics/offset-commit-success-percentage"), 100);
    assert.equal(value("task-error-metrics/total-record-errors"), 0);
    assert.equal(value("objects_written"), 4);
    assert.deepEqual(
      metrics?.partitions.map(({ topic: of_, partition, values: v }) => [of_, partition, Object.values(v)]),
      [[topic, 0, [0]]],
    );
    await of.stop();
    assert.equal(of.memory.usedBytes, 0);
  });
});
