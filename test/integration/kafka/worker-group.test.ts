import assert from "node:assert/strict";
import { WorkerGroup } from "../../../runtime/kafka/worker-group.js";
import { Loggers } from "../../../runtime/logging/loggers.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { sharedBootstrap, sharedKafka } from "../../support/shared.js";
import { waitUntil } from "../../support/wait.js";

const log = new Loggers(() => undefined).get("test");
const never = new AbortController().signal;

describe("WorkerGroup", () => {
  const open: WorkerGroup[] = [];
  afterEach(async () => {
    for (const group of open.splice(0)) {
      await group.leave();
      group.close();
    }
  });

  async function member(groupId: string, rebalanceTimeoutMs: number): Promise<WorkerGroup> {
    const group = await WorkerGroup.open(
      { "bootstrap.servers": await sharedBootstrap() },
      {
        groupId,
        protocolType: "connect",
        sessionTimeoutMs: 6000,
        rebalanceTimeoutMs,
        heartbeatIntervalMs: 100,
        onChange: () => undefined,
      },
      log,
    );
    open.push(group);
    return group;
  }

  async function join(group: WorkerGroup): Promise<void> {
    const joined = await group.join([{ name: "default", metadata: Buffer.from("m") }], never);
    const assignment = await group.sync(new Map([[joined.memberId, Buffer.from("a")]]), never);
    assert.equal(Buffer.from(assignment).toString(), "a");
    assert.equal(group.state, "stable");
  }

  async function memberCount(groupId: string): Promise<number> {
    const { groups } = await (await sharedKafka()).withAdmin((admin) => admin.describeGroups([groupId]));
    return groups[0]!.members.length;
  }

  it("away() for longer than the rebalance timeout leaves the group, and the owner can join again", async () => {
    const groupId = uniqueName("workers");
    const group = await member(groupId, 500);
    await join(group);
    assert.equal(await memberCount(groupId), 1);
    group.away(true);
    await waitUntil("the member has left", async () => group.state === "out" && (await memberCount(groupId)) === 0);
    group.away(false);
    await join(group);
    assert.equal(await memberCount(groupId), 1);
  });

  it("join() gives up waiting for others when it is told to", async () => {
    const groupId = uniqueName("workers");
    await join(await member(groupId, 60_000));
    const late = await member(groupId, 60_000);
    const stop = new AbortController();
    // The first member does not join again, so that the broker waits for it.
    const joining = late.join([{ name: "default", metadata: Buffer.from("m") }], stop.signal);
    setImmediate(() => {
      stop.abort();
    });
    await assert.rejects(joining, { kind: "retriable", message: "The worker is being stopped" });
  });
});
