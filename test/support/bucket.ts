import { once } from "node:events";
import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** What the JSON API says about an object; numbers come as text. */
export interface ObjectInfo {
  readonly name: string;
  readonly generation: string;
  readonly size: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly crc32c?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly updated?: string;
}

/** A bucket seen through the JSON API alone, so that tests do not judge the product by the library it uses. */
export class Bucket {
  constructor(
    /** Base URL of the service. */
    readonly endpoint: string,
    readonly name: string,
  ) {}

  /** Makes the bucket. */
  static async create(endpoint: string, name: string): Promise<Bucket> {
    const bucket = new Bucket(endpoint, name);
    await expectOk(
      await fetch(`${endpoint}/storage/v1/b?project=test`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name }),
      }),
      `create bucket ${name}`,
    );
    return bucket;
  }

  /** All objects whose names start with `prefix`, in the order of their names. */
  async list(prefix = ""): Promise<ObjectInfo[]> {
    const objects: ObjectInfo[] = [];
    let pageToken: string | undefined;
    do {
      const query = new URLSearchParams({ prefix, ...(pageToken === undefined ? {} : { pageToken }) });
      const answer = await fetch(`${this.url()}/o?${query.toString()}`);
      await expectOk(answer, `list bucket ${this.name}`);
      const page = (await answer.json()) as { items?: ObjectInfo[]; nextPageToken?: string };
      objects.push(...(page.items ?? []));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== "");
    return objects.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Names of all objects, sorted. */
  async names(prefix = ""): Promise<string[]> {
    return (await this.list(prefix)).map(({ name }) => name);
  }

  /** The stored bytes, as they were uploaded (nothing is decompressed). */
  async read(name: string): Promise<Buffer> {
    // Not with fetch, which decodes what is labelled with a content encoding.
    const [answer] = (await once(
      get(`${this.url()}/o/${encodeURIComponent(name)}?alt=media`, { headers: { "accept-encoding": "gzip" } }),
      "response",
    )) as [IncomingMessage];
    const body = await buffer(answer);
    if (answer.statusCode !== 200)
      throw new Error(`cannot read ${this.name}/${name}: ${answer.statusCode ?? 0} ${body.toString()}`);
    return body;
  }

  /** Undefined when there is no such object. */
  async info(name: string): Promise<ObjectInfo | undefined> {
    const answer = await fetch(`${this.url()}/o/${encodeURIComponent(name)}`);
    if (answer.status === 404) return undefined;
    await expectOk(answer, `look up ${this.name}/${name}`);
    return (await answer.json()) as ObjectInfo;
  }

  /** Stores an object as some other program would. */
  async write(name: string, content: string | Uint8Array, contentType = "application/octet-stream"): Promise<void> {
    const query = new URLSearchParams({ uploadType: "media", name });
    const answer = await fetch(`${this.endpoint}/upload/storage/v1/b/${this.name}/o?${query.toString()}`, {
      method: "POST",
      headers: { "content-type": contentType },
      body: typeof content === "string" ? content : new Uint8Array(content),
    });
    await expectOk(answer, `write ${this.name}/${name}`);
  }

  async remove(name: string): Promise<void> {
    const answer = await fetch(`${this.url()}/o/${encodeURIComponent(name)}`, { method: "DELETE" });
    await expectOk(answer, `remove ${this.name}/${name}`);
  }

  /** Removes all objects and the bucket itself. */
  async delete(): Promise<void> {
    for (const { name } of await this.list()) await this.remove(name);
    await expectOk(await fetch(this.url(), { method: "DELETE" }), `delete bucket ${this.name}`);
  }

  private url(): string {
    return `${this.endpoint}/storage/v1/b/${this.name}`;
  }
}

async function expectOk(answer: Response, what: string): Promise<void> {
  if (!answer.ok) throw new Error(`cannot ${what}: ${answer.status} ${await answer.text()}`);
}
