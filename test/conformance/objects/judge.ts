import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { projectFolder } from "../../support/folders.js";
import { judgePython } from "../../support/python.js";
import { parseExactly } from "./json-same.js";

const PROGRAM = join(projectFolder, "test", "conformance", "objects", "judge.py");

/** The two sets of recorded cases show contents in different ways. */
export type Shape = "aiven" | "confluent";

/** Other implementations of the formats, asked one question after the other. */
export class Judge {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
    private readonly shape: Shape,
  ) {}

  static async start(shape: Shape): Promise<Judge> {
    const process = spawn(await judgePython(), [PROGRAM]);
    process.stderr.pipe(globalThis.process.stderr);
    return new Judge(process, createInterface(process.stdout)[Symbol.asyncIterator](), shape);
  }

  /** Decompressed bytes of an object. */
  async unpack(bytes: Buffer, compression: string): Promise<Buffer> {
    return Buffer.from(
      (await this.#ask({ format: "text", compression, base64: bytes.toString("base64") })) as string,
      "base64",
    );
  }

  /** Schema, codec, metadata and rows of an Avro or Parquet object; numbers as {@link parseExactly} has them. */
  async decode(bytes: Buffer, format: "avro" | "parquet", compression: string): Promise<unknown> {
    return this.#ask({ shape: this.shape, format, compression, base64: bytes.toString("base64") });
  }

  stop(): void {
    this.process.stdin.end();
  }

  #ask(question: object): Promise<unknown> {
    const answer = this.#last.then(async () => {
      this.process.stdin.write(`${JSON.stringify(question)}\n`);
      const line = await this.lines.next();
      if (line.done === true) throw new Error("the judge has ended");
      const { answer: found, error } = parseExactly(line.value) as { answer?: unknown; error?: string };
      if (error !== undefined) throw new Error(`the judge cannot read the object: ${error}`);
      return found;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}
