import { join } from "node:path";
import { projectFolder } from "./folders.js";
import { javaArguments } from "./kafka-jars.js";
import { OwnedProcess } from "./process.js";

/** Java's own consumer in a process of its own, as a member of a group. */
export class JavaConsumer {
  private constructor(private readonly process: OwnedProcess) {}

  static async start(topic: string, properties: Readonly<Record<string, string>>): Promise<JavaConsumer> {
    const settings = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
    const source = join(projectFolder, "test", "support", "java", "GroupConsumer.java");
    const args = await javaArguments(source, [topic, ...settings], { heapMb: 128 });
    return new JavaConsumer(new OwnedProcess({ name: "java-consumer", command: "java", args }));
  }

  /** Values of the records it has read. */
  values(): string[] {
    return this.lines("record").map((line) => line.split(" ").slice(4).join(" "));
  }

  /** What it owns now, as `topic-partition`. */
  assignment(): string[] {
    const owned = new Set<string>();
    for (const line of this.process.log().split("\n")) {
      const [what, ...partitions] = line.split(" ");
      if (what === "assigned") for (const tp of partitions) owned.add(tp);
      if (what === "revoked" || what === "lost") for (const tp of partitions) owned.delete(tp);
    }
    return [...owned].sort();
  }

  async until(description: string, condition: () => boolean): Promise<void> {
    await this.process.waitUntil(description, condition);
  }

  /** It leaves the group. */
  async stop(): Promise<void> {
    await this.process.stop();
  }

  private lines(what: string): string[] {
    return this.process
      .log()
      .split("\n")
      .filter((line) => line.startsWith(`${what} `));
  }
}
