import { randomUUID } from "node:crypto";
import type { ObjectStore, ObjectTarget, ObjectUpload, Precondition, StoredObject } from "../objects/store.js";
import { isAlreadyExists } from "../objects/replace.js";
import { SLAB_BYTES } from "../objects/slab-pool.js";
import { checksum, checksumText, lengthOf } from "./checksum.js";
import { parseObject } from "./client.js";
import type { GcsClient } from "./client.js";
import { answerError } from "./errors.js";
import { ResumableUpload } from "./resumable.js";
import { preconditionQuery, resourceOf } from "./target.js";

/** A bucket of Cloud Storage. */
export class GcsObjectStore implements ObjectStore {
  readonly chunkUnitBytes = SLAB_BYTES;

  constructor(private readonly client: GcsClient) {}

  async put(target: ObjectTarget, body: readonly Buffer[], precondition: Precondition): Promise<StoredObject> {
    const crc = checksum(body);
    try {
      return await this.client.retry(() => this.#insert(target, body, crc, precondition));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      // When the answer to an earlier attempt was lost, the object that is in the way is ours.
      const existing = await this.stat(target.name);
      if (existing?.crc32c === crc && existing.sizeBytes === lengthOf(body)) return existing;
      throw error;
    }
  }

  begin(target: ObjectTarget, precondition: Precondition): ObjectUpload {
    return new ResumableUpload(this.client, target, precondition);
  }

  async stat(name: string): Promise<StoredObject | null> {
    const what = `look up ${this.client.uriOf(name)}`;
    const request = { method: "GET" as const, url: this.client.objectUrl(name), headers: {}, body: [] };
    return this.client.retry(async () => {
      const answer = await this.client.send(request, what);
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw answerError(answer, what);
      return parseObject(answer);
    });
  }

  close(): void {
    this.client.close();
  }

  /** One `multipart` request: the object's resource, with the checksum that the service has to find, and its bytes. */
  async #insert(
    target: ObjectTarget,
    body: readonly Buffer[],
    crc: number,
    precondition: Precondition,
  ): Promise<StoredObject> {
    const what = `upload ${this.client.uriOf(target.name)}`;
    const resource = resourceOf(target);
    const boundary = randomUUID();
    const head =
      `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n` +
      `${JSON.stringify({ ...resource, crc32c: checksumText(crc) })}\r\n` +
      `--${boundary}\r\ncontent-type: ${resource.contentType}\r\n\r\n`;
    const answer = await this.client.send(
      {
        method: "POST",
        url: this.client.uploadUrl({ uploadType: "multipart", name: target.name, ...preconditionQuery(precondition) }),
        headers: { "content-type": `multipart/related; boundary=${boundary}` },
        body: [Buffer.from(head), ...body, Buffer.from(`\r\n--${boundary}--\r\n`)],
      },
      what,
    );
    if (answer.status !== 200 && answer.status !== 201) throw answerError(answer, what);
    return parseObject(answer);
  }
}
