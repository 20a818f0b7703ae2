import { join } from "node:path";
import { projectFolder } from "./folders.js";
import { javaArguments } from "./kafka-jars.js";
import { runCommand } from "./process.js";

/** A record as Apache Kafka's Java consumer reads it. */
export interface JavaRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
  /** In order, with duplicates. */
  readonly headers: readonly (readonly [string, string | null])[];
}

/** Reads the first `count` records of a topic with Kafka's Java consumer. */
export async function javaConsume(bootstrap: string, topic: string, count: number): Promise<JavaRecord[]> {
  const output = await runJavaClient("consume", bootstrap, topic, String(count));
  const lines = output.split("\n").filter((line) => line.startsWith("record\t"));
  return lines.map((line) => {
    const [, partition, offset, timestampMs, key = "-", value = "-", ...headers] = line.split("\t");
    return {
      partition: Number(partition),
      offset: Number(offset),
      timestampMs: Number(timestampMs),
      key: text(key),
      value: text(value),
      headers: headers.map((header) => {
        const at = header.indexOf("=");
        return [header.slice(0, at), text(header.slice(at + 1))] as const;
      }),
    };
  });
}

/** Writes one record for each key with Kafka's Java producer, which chooses the partitions. */
export async function javaProduce(bootstrap: string, topic: string, keys: readonly string[]): Promise<void> {
  await runJavaClient("produce", bootstrap, topic, ...keys);
}

/** Makes a user that can log in with SCRAM-SHA-256 and SCRAM-SHA-512. */
export async function makeScramUser(bootstrap: string, user: string, password: string): Promise<void> {
  await runJavaClient("scram", bootstrap, user, password);
}

async function runJavaClient(...args: string[]): Promise<string> {
  const source = join(projectFolder, "test", "support", "JavaClient.java");
  return runCommand({ name: "java-client", command: "java", args: await javaArguments(source, args) });
}

function text(base64: string): string | null {
  return base64 === "-" ? null : Buffer.from(base64, "base64").toString("utf8");
}
