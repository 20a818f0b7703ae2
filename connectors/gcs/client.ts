import type { ConnectError } from "../../runtime/api/index.js";
import type { StoredObject } from "../objects/store.js";
import { endpointOf, IDLE_TIMEOUT_MS, MAX_CONNECTIONS } from "./config.js";
import type { GcsSettings } from "./config.js";
import { openCredentials } from "./credentials.js";
import type { Authorizer } from "./credentials.js";
import { answerError, requestError } from "./errors.js";
import { HttpClient } from "./http.js";
import type { HttpAnswer, HttpRequest } from "./http.js";
import { Retries } from "./retry.js";

/** Who asks. The signal ends the requests under way; a new one may follow it, for the requests to come. */
export interface RequestOwner {
  readonly signal: AbortSignal;
}

/** Signed requests to one bucket of Cloud Storage's JSON API. */
export class GcsClient {
  private constructor(
    private readonly settings: GcsSettings,
    private readonly endpoint: string,
    private readonly authorizer: Authorizer,
    private readonly http: HttpClient,
    private readonly owner: RequestOwner,
  ) {}

  /** Reads the credentials; opens no connection. Throws ConnectError as {@link openCredentials}. */
  static async open(settings: GcsSettings, owner: RequestOwner): Promise<GcsClient> {
    const authorizer = await openCredentials(settings.credentials);
    const endpoint = endpointOf(settings.endpoint, process.env, authorizer.universe);
    const http = new HttpClient({
      idleTimeoutMs: settings.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      maxConnections: settings.maxConnections ?? MAX_CONNECTIONS,
    });
    return new GcsClient(settings, endpoint, authorizer, http, owner);
  }

  /** `gs://bucket/name`, for messages. */
  uriOf(name: string): string {
    return `gs://${this.settings.bucket}/${name}`;
  }

  /** URL of an object's metadata. */
  objectUrl(name: string): string {
    return `${this.endpoint}/storage/v1/b/${this.#bucket}/o/${encodeURIComponent(name)}`;
  }

  /** URL to which new objects go. */
  uploadUrl(query: Readonly<Record<string, string>>): string {
    return `${this.endpoint}/upload/storage/v1/b/${this.#bucket}/o?${new URLSearchParams(query).toString()}`;
  }

  retries(): Retries {
    return new Retries(this.settings.retry, this.owner.signal);
  }

  /** Sends once. Any answer is an answer; without one, throws ConnectError whose text starts `Could not <what>`. */
  async send(request: HttpRequest, what: string, signal: AbortSignal = this.owner.signal): Promise<HttpAnswer> {
    try {
      const headers = {
        ...(await this.authorizer.headers()),
        "user-agent": this.settings.userAgent,
        ...request.headers,
      };
      return await this.http.send({ ...request, headers }, signal);
    } catch (error) {
      throw requestError(error, what);
    }
  }

  /** Does `attempt` until it succeeds, fails for good or has been retried enough. */
  async retry<T>(attempt: () => Promise<T>): Promise<T> {
    const retries = this.retries();
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        await retries.next(error as ConnectError);
      }
    }
  }

  /** False only where the service says that there is no such bucket; whoever may not look takes it to be there. */
  async bucketExists(): Promise<boolean> {
    const what = `look up bucket ${this.settings.bucket}`;
    const url = `${this.endpoint}/storage/v1/b/${this.#bucket}`;
    return this.retry(async () => {
      const answer = await this.send({ method: "GET", url, headers: {}, body: [] }, what);
      if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw answerError(answer, what);
      return answer.status !== 404;
    });
  }

  close(): void {
    this.http.close();
  }

  get #bucket(): string {
    return encodeURIComponent(this.settings.bucket);
  }
}

/** Cloud Storage's object resource, as far as it matters here. */
interface ObjectResource {
  readonly name?: string;
  readonly generation?: string;
  readonly size?: string;
  readonly crc32c?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export function parseObject(answer: HttpAnswer): StoredObject {
  const resource = JSON.parse(answer.body.toString("utf8")) as ObjectResource;
  return {
    name: resource.name ?? "",
    generation: resource.generation ?? "0",
    sizeBytes: Number(resource.size ?? "0"),
    crc32c: resource.crc32c === undefined ? null : Buffer.from(resource.crc32c, "base64").readUInt32BE(0),
    metadata: resource.metadata ?? {},
  };
}
