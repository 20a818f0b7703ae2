import assert from "node:assert/strict";
import fc from "fast-check";
import { assignEagerly, IncrementalAssignor, type Decision } from "../../../../runtime/distributed/assignor.js";
import { compareTasks, isEmpty, minus, NO_WORK, plus, type Work } from "../../../../runtime/distributed/work.js";

const MAX_DELAY_MS = 300000;

/** `connectors` connectors c0, c1, … with `tasks` tasks each. */
function workload(connectors: number, tasks: number): Work {
  const names = Array.from({ length: connectors }, (_, n) => `c${String(n)}`);
  return {
    connectors: names,
    tasks: names.flatMap((connector) => Array.from({ length: tasks }, (_, task) => ({ connector, task }))),
  };
}

/** A group whose members obey: every round is a generation. */
class Group {
  readonly members = new Map<string, Work>();
  configured: Work = NO_WORK;
  nowMs = 1_000_000;
  #generation = 0;
  #completed = -1;
  assignor: IncrementalAssignor;

  constructor(readonly maxDelayMs = MAX_DELAY_MS) {
    this.assignor = new IncrementalAssignor(maxDelayMs);
  }

  /** One rebalance. `deaf` members do not receive the answer. */
  round(deaf: ReadonlySet<string> = new Set()): Decision {
    this.#generation++;
    const decision = this.assignor.assign({
      configured: this.configured,
      members: this.members,
      lastCompletedGeneration: this.#completed,
      generation: this.#generation,
      nowMs: this.nowMs,
    });
    for (const [id, order] of decision.orders) {
      for (const [other, work] of this.members)
        if (other !== id) assert.ok(isEmpty(common(order.assigned, work)), `${id} is given what ${other} still runs`);
      if (!deaf.has(id)) this.members.set(id, plus(minus(this.members.get(id)!, order.revoked), order.assigned));
    }
    this.#completed = this.#generation;
    return decision;
  }

  /** Rebalances until nothing changes any more, past all delays. */
  settle(): void {
    for (let rounds = 0; rounds < 50; rounds++) {
      const { orders, delayMs } = this.round();
      if (delayMs > 0) this.nowMs += delayMs;
      else if ([...orders.values()].every((order) => isEmpty(order.assigned) && isEmpty(order.revoked))) return;
    }
    assert.fail("The group does not settle");
  }

  sizes(): readonly string[] {
    return [...this.members.values()].map((work) => `${work.connectors.length}c${work.tasks.length}t`).sort();
  }

  assertComplete(): void {
    const connectors = [...this.members.values()].flatMap((work) => work.connectors).sort();
    const tasks = [...this.members.values()].flatMap((work) => work.tasks).sort(compareTasks);
    assert.deepEqual(connectors, [...this.configured.connectors].sort());
    assert.deepEqual(tasks, [...this.configured.tasks].sort(compareTasks));
    const spread = (counts: number[]): number => Math.max(...counts) - Math.min(...counts);
    assert.ok(spread([...this.members.values()].map((work) => work.connectors.length)) <= 1);
    assert.ok(spread([...this.members.values()].map((work) => work.tasks.length)) <= 1);
  }
}

function common(a: Work, b: Work): Work {
  return minus(a, minus(a, b));
}

describe("assignEagerly", () => {
  it("assignEagerly() goes round the members in order, tasks going on where connectors ended", () => {
    const { orders } = assignEagerly(workload(2, 2), ["m2", "m1", "m3"]);
    assert.deepEqual(orders.get("m1")!.assigned, { connectors: ["c0"], tasks: [{ connector: "c0", task: 1 }] });
    assert.deepEqual(orders.get("m2")!.assigned, { connectors: ["c1"], tasks: [{ connector: "c1", task: 0 }] });
    assert.deepEqual(orders.get("m3")!.assigned, {
      connectors: [],
      tasks: [
        { connector: "c0", task: 0 },
        { connector: "c1", task: 1 },
      ],
    });
  });
});

describe("IncrementalAssignor", () => {
  it("assign() gives a single worker everything at once", () => {
    const group = new Group();
    group.members.set("a", NO_WORK);
    group.configured = workload(2, 4);
    assert.equal(group.round().delayMs, 0);
    assert.deepEqual(group.sizes(), ["2c8t"]);
  });

  it("assign() revokes for a new worker in one round and gives out in the next", () => {
    const group = new Group();
    group.members.set("a", NO_WORK);
    group.configured = workload(2, 4);
    group.round();
    group.members.set("b", NO_WORK);
    const { orders } = group.round();
    assert.ok(isEmpty(orders.get("b")!.assigned));
    assert.equal(orders.get("a")!.revoked.tasks.length, 4);
    assert.equal(orders.get("a")!.revoked.connectors.length, 1);
    group.round();
    assert.deepEqual(group.sizes(), ["1c4t", "1c4t"]);
  });

  it("assign() keeps lost work back for the delay and gives it to the worker that came back empty", () => {
    const group = new Group();
    for (const id of ["a", "b"]) group.members.set(id, NO_WORK);
    group.configured = workload(2, 4);
    group.settle();
    const lost = group.members.get("b")!;
    group.members.delete("b");
    assert.equal(group.round().delayMs, MAX_DELAY_MS);
    assert.deepEqual(group.sizes(), ["1c4t"]);
    group.nowMs += 100000;
    group.members.set("b-back", NO_WORK);
    assert.equal(group.round().delayMs, MAX_DELAY_MS - 100000);
    assert.ok(isEmpty(group.members.get("b-back")!));
    group.nowMs += MAX_DELAY_MS - 100000;
    assert.equal(group.round().delayMs, 0);
    assert.deepEqual(minus(lost, group.members.get("b-back")!), NO_WORK);
  });

  it("assign() gives lost work to the others when nobody came back within the delay", () => {
    const group = new Group();
    for (const id of ["a", "b", "c"]) group.members.set(id, NO_WORK);
    group.configured = workload(3, 4);
    group.settle();
    group.members.delete("c");
    const { delayMs } = group.round();
    group.nowMs += delayMs;
    group.settle();
    group.assertComplete();
  });

  it("assign() gives lost work out at once when delays are off", () => {
    const group = new Group(0);
    for (const id of ["a", "b"]) group.members.set(id, NO_WORK);
    group.configured = workload(2, 2);
    group.settle();
    group.members.delete("b");
    assert.equal(group.round().delayMs, 0);
    assert.deepEqual(group.sizes(), ["2c4t"]);
  });

  it("assign() gives out again what members did not hear of", () => {
    const group = new Group();
    for (const id of ["a", "b"]) group.members.set(id, NO_WORK);
    group.configured = workload(2, 2);
    group.round(new Set(["b"]));
    assert.equal(group.round().delayMs, 0);
    group.assertComplete();
  });

  it("assign() revokes what was deleted and every copy of what runs twice", () => {
    const group = new Group();
    const work = workload(1, 1);
    group.configured = work;
    group.members.set("a", work).set("b", work);
    const { orders } = group.round();
    assert.deepEqual([orders.get("a")!.revoked, orders.get("b")!.revoked], [work, work]);
    group.settle();
    group.assertComplete();
    group.configured = NO_WORK;
    group.round();
    assert.deepEqual(group.sizes(), ["0c0t", "0c0t"]);
  });

  it("assign() of a new leader takes over what members report and gives out the rest at once", () => {
    const group = new Group();
    for (const id of ["a", "b", "c"]) group.members.set(id, NO_WORK);
    group.configured = workload(3, 3);
    group.settle();
    group.members.delete("a");
    group.assignor = new IncrementalAssignor(MAX_DELAY_MS);
    assert.equal(group.round().delayMs, 0);
    group.settle();
    group.assertComplete();
  });

  it("assign() puts off a second revocation in a row, longer each time", () => {
    const group = new Group();
    group.configured = workload(0, 0);
    group.members.set("a", NO_WORK);
    group.configured = workload(12, 1);
    group.round();
    group.members.set("b", NO_WORK);
    group.round();
    group.members.set("c", NO_WORK);
    assert.equal(group.round().delayMs, 40);
  });

  it("assign() ends with everything running once and shared evenly, whatever happens to the group", () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant("join" as const), id: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ kind: fc.constant("leave" as const), id: fc.integer({ min: 0, max: 5 }) }),
      fc.record({
        kind: fc.constant("configure" as const),
        connectors: fc.integer({ min: 0, max: 6 }),
        tasks: fc.integer({ min: 0, max: 5 }),
      }),
      fc.record({ kind: fc.constant("deaf" as const), id: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 400000 }) }),
      fc.record({ kind: fc.constant("leader" as const) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.constantFrom(0, MAX_DELAY_MS), (events, maxDelayMs) => {
        const group = new Group(maxDelayMs);
        group.members.set("m0", NO_WORK);
        for (const event of events) {
          const deaf = new Set<string>();
          if (event.kind === "join")
            group.members.set(`m${String(event.id)}`, group.members.get(`m${String(event.id)}`) ?? NO_WORK);
          if (event.kind === "leave" && group.members.size > 1) group.members.delete(`m${String(event.id)}`);
          if (event.kind === "configure") group.configured = workload(event.connectors, event.tasks);
          if (event.kind === "wait") group.nowMs += event.ms;
          if (event.kind === "leader") group.assignor = new IncrementalAssignor(maxDelayMs);
          if (event.kind === "deaf") deaf.add(`m${String(event.id)}`);
          group.round(deaf);
        }
        group.settle();
        group.assertComplete();
      }),
      { numRuns: 300 },
    );
  });
});
