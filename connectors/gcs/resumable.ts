import { ConnectError } from "../../runtime/api/index.js";
import type { ObjectTarget, ObjectUpload, Precondition, StoredObject } from "../objects/store.js";
import { checksum, checksumText, lengthOf } from "./checksum.js";
import { parseObject } from "./client.js";
import type { GcsClient } from "./client.js";
import { answerError } from "./errors.js";
import type { HttpAnswer } from "./http.js";
import { resourceOf, preconditionQuery } from "./target.js";

/** What is under way: bytes from `start` on, the last of the object or not. */
interface Range {
  readonly parts: readonly Buffer[];
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

/**
 * A resumable upload: a session, then chunks. After a failed request the service is asked how much it has, and the upload goes
 * on from there. Source: https://cloud.google.com/storage/docs/performing-resumable-uploads.
 *
 * Only Google's own service is asked. Emulators take the question for the end of the object (fake-gcs-server 1.52), and bytes that
 * come twice for new ones. With them the first chunk starts a new session, and a later one is sent again as if it had not
 * arrived; where it had, the object is found to be wrong by its size and checksum when it is finished, and taken back.
 */
export class ResumableUpload implements ObjectUpload {
  #session: string | null = null;
  /** True where the service can be asked what it has. */
  #answersQuestions = false;
  /** Bytes that the service has said it keeps. */
  #confirmedBytes = 0;
  #crc = 0;
  #finished = false;

  constructor(
    private readonly client: GcsClient,
    private readonly target: ObjectTarget,
    private readonly precondition: Precondition,
  ) {}

  async write(chunk: readonly Buffer[]): Promise<void> {
    const start = this.#confirmedBytes;
    this.#crc = checksum(chunk, this.#crc);
    await this.#transfer({ parts: chunk, start, end: start + lengthOf(chunk), last: false });
  }

  async finish(rest: readonly Buffer[]): Promise<StoredObject> {
    const start = this.#confirmedBytes;
    this.#crc = checksum(rest, this.#crc);
    const end = start + lengthOf(rest);
    const stored = await this.#transfer({ parts: rest, start, end, last: true });
    if (stored === null) throw new ConnectError("fatal", `No answer ended the upload of ${this.#uri}`);
    this.#finished = true;
    if ((stored.crc32c !== null && stored.crc32c !== this.#crc) || stored.sizeBytes !== end)
      throw await this.#withdraw(stored);
    return stored;
  }

  async abandon(): Promise<void> {
    if (this.#session === null || this.#finished) return;
    this.#finished = true;
    const request = { method: "DELETE" as const, url: this.#session, headers: {}, body: [] };
    try {
      // Without the task's signal, which is aborted when a task is made to let go. A session also ends by itself in a week.
      await this.client.send(request, `cancel the upload of ${this.#uri}`, AbortSignal.timeout(5_000));
    } catch {
      // Nothing of the object is visible, whether the service heard it or not.
    }
  }

  get #uri(): string {
    return this.client.uriOf(this.target.name);
  }

  /** Sends a range, all of it. The finished object after the last range, else null. */
  async #transfer(range: Range): Promise<StoredObject | null> {
    const retries = this.client.retries();
    /** True while a request may have arrived whose answer did not. */
    let inDoubt = false;
    for (;;) {
      try {
        if (this.#session === null) await this.#start();
        else if (inDoubt && this.#answersQuestions) {
          const stored = await this.#ask(range);
          if (stored !== null) return stored;
        }
        if (!range.last && this.#confirmedBytes === range.end) return null;
        inDoubt = true;
        const before = this.#confirmedBytes;
        const stored = await this.#sendFrom(range);
        if (stored !== null) return stored;
        inDoubt = false;
        if (this.#confirmedBytes > before) retries.progress();
        else throw new ConnectError("retriable", `Cloud Storage keeps nothing of the upload of ${this.#uri}`);
      } catch (error) {
        await retries.next(error as ConnectError);
        if (inDoubt && !this.#answersQuestions && range.start === 0) await this.#startOver();
      }
    }
  }

  /** Gives the session up while all its bytes are still at hand. */
  async #startOver(): Promise<void> {
    await this.abandon();
    this.#session = null;
    this.#confirmedBytes = 0;
    this.#finished = false;
  }

  async #start(): Promise<void> {
    const what = `start the upload of ${this.#uri}`;
    const body = Buffer.from(JSON.stringify(resourceOf(this.target)));
    const answer = await this.client.send(
      {
        method: "POST",
        url: this.client.uploadUrl({
          uploadType: "resumable",
          name: this.target.name,
          ...preconditionQuery(this.precondition),
        }),
        headers: {
          "content-type": "application/json; charset=UTF-8",
          "x-upload-content-type": resourceOf(this.target).contentType,
        },
        body: [body],
      },
      what,
    );
    const session = answer.headers.location;
    if (answer.status !== 200 && answer.status !== 201) throw answerError(answer, what);
    if (session === undefined) throw new ConnectError("fatal", `Could not ${what}: the answer names no session`);
    this.#session = session;
    this.#answersQuestions = answer.headers["x-guploader-uploadid"] !== undefined;
  }

  /** Asks how much the service has. The finished object if it has all. */
  async #ask(range: Range): Promise<StoredObject | null> {
    const total = range.last ? String(range.end) : "*";
    return this.#put(range, `bytes */${total}`, []);
  }

  async #sendFrom(range: Range): Promise<StoredObject | null> {
    const from = this.#confirmedBytes;
    const total = range.last ? String(range.end) : "*";
    const span = from === range.end ? "*" : `${from}-${range.end - 1}`;
    return this.#put(range, `bytes ${span}/${total}`, skip(range.parts, from - range.start));
  }

  async #put(range: Range, contentRange: string, body: readonly Buffer[]): Promise<StoredObject | null> {
    const what = `upload to ${this.#uri}`;
    const answer = await this.client.send(
      {
        method: "PUT",
        url: this.#session!,
        headers: {
          "content-range": contentRange,
          ...(range.last && body.length > 0 ? { "x-goog-hash": `crc32c=${checksumText(this.#crc)}` } : {}),
        },
        body,
      },
      what,
    );
    if (answer.status === 200 || answer.status === 201) return parseObject(answer);
    if (answer.status !== 308) throw this.#failed(answer, what, range);
    this.#confirmedBytes = this.#confirmedOf(answer, range);
    return null;
  }

  #failed(answer: HttpAnswer, what: string, range: Range): ConnectError {
    if (answer.status !== 404 && answer.status !== 410) return answerError(answer, what);
    // The session is gone. What was sent before this range cannot be sent again; the first range can.
    this.#session = null;
    const text = `The session of the upload of ${this.#uri} is gone`;
    if (range.start > 0) return new ConnectError("fatal", text);
    this.#confirmedBytes = 0;
    return new ConnectError("retriable", text);
  }

  #confirmedOf(answer: HttpAnswer, range: Range): number {
    const match = /^bytes=0-(\d+)$/.exec(answer.headers.range ?? "");
    const confirmed = match === null ? 0 : Number(match[1]) + 1;
    if (confirmed >= range.start && confirmed <= range.end) return confirmed;
    throw new ConnectError(
      "fatal",
      `Cloud Storage keeps ${confirmed} bytes of ${this.#uri} where ${range.start} were sent`,
    );
  }

  /** Takes an object back whose contents are not what was sent. */
  async #withdraw(stored: StoredObject): Promise<ConnectError> {
    const url = `${this.client.objectUrl(this.target.name)}?ifGenerationMatch=${stored.generation}`;
    await this.client.send({ method: "DELETE", url, headers: {}, body: [] }, `delete ${this.#uri}`);
    return new ConnectError("retriable", `The checksum of ${this.#uri} is not that of what was sent`);
  }
}

/** `parts` without their first `count` bytes. */
function skip(parts: readonly Buffer[], count: number): Buffer[] {
  const rest: Buffer[] = [];
  let toSkip = count;
  for (const part of parts) {
    if (toSkip >= part.length) toSkip -= part.length;
    else {
      rest.push(toSkip === 0 ? part : part.subarray(toSkip));
      toSkip = 0;
    }
  }
  return rest;
}
