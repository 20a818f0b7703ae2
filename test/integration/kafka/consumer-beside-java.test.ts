import assert from "node:assert/strict";
import { ConsumingMember } from "../../support/consuming-member.js";
import { JavaConsumer } from "../../support/java-consumer.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { KeepingLogger } from "../../support/loggers.js";
import { newTopic, sharedBootstrap, sharedKafka } from "../../support/shared.js";
import { waitUntil } from "../../support/wait.js";

const STRATEGIES = {
  "Java's default strategies": {},
  "cooperative-sticky alone": {
    "partition.assignment.strategy": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
  },
};

describe("kafka/consumer beside Java's consumer", () => {
  for (const [name, strategy] of Object.entries(STRATEGIES)) {
    it(`they share a group and hand over to each other, whoever leads, with ${name}`, async () => {
      const topic = await newTopic("mixed", 4);
      const kafka = await sharedKafka();
      const bootstrap = await sharedBootstrap();
      const group = uniqueName("group");
      let written = 0;
      const produce = async (): Promise<void> => {
        await kafka.produce(
          topic,
          Array.from({ length: 20 }, (_, i) => ({ value: `v${written++}`, partition: i % 4 })),
        );
      };
      const startJava = (): Promise<JavaConsumer> =>
        JavaConsumer.start(topic, {
          "bootstrap.servers": bootstrap,
          "group.id": group,
          "auto.offset.reset": "earliest",
          "heartbeat.interval.ms": "300",
          "session.timeout.ms": "6000",
          ...strategy,
        });

      const log = new KeepingLogger();
      const led = (): boolean[] =>
        log.lines
          .filter(({ message }) => message === "Joined the group")
          .map(({ fields }) => fields["leader"] as boolean);
      const javas: JavaConsumer[] = [];
      let ours: ConsumingMember | null = null;
      const all = (): string[] => [...javas.flatMap((java) => java.values()), ...((ours?.values() ?? []) as string[])];
      const readAll = (): Promise<unknown> => waitUntil("all is read", () => all().length >= written);
      try {
        javas.push(await startJava());
        await javas[0]!.until("it has all partitions", () => javas[0]!.assignment().length === 4);
        ours = ConsumingMember.start({
          bootstrap,
          group,
          subscription: { topics: [topic] },
          properties: strategy,
          commits: true,
          log,
        });
        const shared = ours;
        const even = (java: JavaConsumer) => (): boolean =>
          java.assignment().length === 2 && shared.assignment().length === 2;
        await javas[0]!.until("partitions are shared", even(javas[0]!));
        assert.ok(
          led().every((leads) => !leads),
          "Java leads",
        );
        await produce();
        await readAll();
        await javas[0]!.stop();
        await shared.until("all partitions are ours", () => shared.assignment().length === 4);
        assert.equal(led().at(-1), true);
        await produce();
        await readAll();
        javas.push(await startJava());
        await javas[1]!.until("partitions are shared again", even(javas[1]!));
        assert.equal(led().at(-1), true, "we lead");
        await produce();
        await readAll();
        await shared.stop();
        await javas[1]!.until("it has all partitions", () => javas[1]!.assignment().length === 4);
        await produce();
        await readAll();
        assert.deepEqual(all().sort(), Array.from({ length: written }, (_, i) => `v${i}`).sort());
      } finally {
        await ours?.stop();
        await Promise.all(javas.map((java) => java.stop()));
      }
    });
  }
});
