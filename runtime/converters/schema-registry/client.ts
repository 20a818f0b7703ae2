import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError, parseConfig } from "../../api/index.js";
import { tlsOptions } from "../../tls/tls.js";
import { authorizationOf, splitUserInfo, type Authorize } from "./authorization.js";
import { registrySsl, SCHEMA_REGISTRY_KEYS, type SchemaRegistryConfig } from "./config.js";
import { exchange, type HttpAnswer, type HttpRequest } from "./http.js";

export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema as the registry keeps it. */
export interface RegisteredSchema {
  readonly schemaType: "AVRO" | "JSON" | "PROTOBUF";
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
/** Statuses that another try may mend. Source: `RestService.isRetriable` and HTTP. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

/**
 * The part of the schema registry's API that reading needs. Throws ConnectError `retriable` while no registry answers, `data`
 * where it answers that there is no such schema or that we may not see it.
 */
export class SchemaRegistryClient {
  private readonly config: SchemaRegistryConfig;
  private readonly urls: readonly { readonly url: string; readonly headers: Readonly<Record<string, string>> }[];
  private readonly authorize: Authorize;
  private readonly transport: Pick<HttpRequest, "connectTimeoutMs" | "readTimeoutMs" | "tls">;
  /** Index of the URL that answered last. */
  private current = 0;

  /** `properties` are the converter's own, without prefix. Reads the TLS stores. Throws ConnectError `config`. */
  constructor(properties: Readonly<Record<string, string>>) {
    this.config = parseConfig(SCHEMA_REGISTRY_KEYS, properties);
    const urls = this.config["schema.registry.url"].filter((url) => url !== "");
    if (urls.length === 0) throw new ConnectError("config", "schema.registry.url must name at least one registry");
    this.urls = urls.map((url) => {
      try {
        return splitUserInfo(url);
      } catch (cause) {
        throw new ConnectError("config", "Invalid URL in schema.registry.url", { cause });
      }
    });
    if (this.config["proxy.host"] !== "")
      throw new ConnectError("config", "proxy.host is not supported: the schema registry must be reached directly");
    this.transport = {
      connectTimeoutMs: this.config["http.connect.timeout.ms"],
      readTimeoutMs: this.config["http.read.timeout.ms"],
      tls: tlsOptions(registrySsl(properties)),
    };
    this.authorize = authorizationOf(this.config, properties, this.transport);
  }

  async schemaById(id: number, subject: string | null): Promise<RegisteredSchema> {
    const query = subject === null ? "" : `&subject=${encodeURIComponent(subject)}`;
    return asSchema(await this.ask("GET", `/schemas/ids/${id}?fetchMaxId=false${query}`, null));
  }

  async schemaBySubjectVersion(subject: string, version: number): Promise<RegisteredSchema> {
    return asSchema(await this.ask("GET", `/subjects/${encodeURIComponent(subject)}/versions/${version}`, null));
  }

  /** Version under which `schema` is registered in `subject`. */
  async versionOf(subject: string, schema: RegisteredSchema): Promise<number> {
    const body = {
      schema: schema.schema,
      ...(schema.schemaType === "AVRO" ? {} : { schemaType: schema.schemaType }),
      ...(schema.references.length === 0 ? {} : { references: schema.references }),
    };
    const answer = await this.ask(
      "POST",
      `/subjects/${encodeURIComponent(subject)}?normalize=false&deleted=true`,
      JSON.stringify(body),
    );
    return (answer as { version: number }).version;
  }

  private async ask(method: "GET" | "POST", path: string, body: string | null): Promise<unknown> {
    let waitMs = this.config["retries.wait.ms"];
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.tryAll(method, path, body);
      if (!(outcome instanceof ConnectError)) return readAnswer(outcome);
      if (attempt >= this.config["max.retries"]) throw outcome;
      await sleep(waitMs);
      waitMs = Math.min(waitMs * 2, this.config["retries.max.wait.ms"]);
    }
  }

  /** Asks one registry after the other until one answers something that will last. */
  private async tryAll(method: "GET" | "POST", path: string, body: string | null): Promise<HttpAnswer | ConnectError> {
    let failure = new ConnectError("retriable", "No schema registry was asked");
    for (let i = 0; i < this.urls.length; i++) {
      const index = (this.current + i) % this.urls.length;
      const { url, headers } = this.urls[index]!;
      try {
        const authorization = await this.authorize();
        const answer = await exchange({
          ...this.transport,
          method,
          url: url + path,
          headers: {
            accept: CONTENT_TYPE,
            ...headers,
            ...authorization,
            ...(body === null ? {} : { "content-type": CONTENT_TYPE }),
          },
          body,
        });
        if (!PASSING.has(answer.status)) {
          this.current = index;
          return answer;
        }
        failure = new ConnectError("retriable", `Schema registry ${url} answered ${answer.status}`);
      } catch (cause) {
        failure = new ConnectError(
          "retriable",
          `Schema registry ${url} cannot be reached: ${(cause as Error).message}`,
          { cause },
        );
      }
    }
    return failure;
  }
}

function readAnswer(answer: HttpAnswer): unknown {
  let json: unknown;
  try {
    json = JSON.parse(answer.body);
  } catch (cause) {
    if (answer.status < 300) throw new ConnectError("retriable", "The schema registry's answer is no JSON", { cause });
  }
  if (answer.status < 300) return json;
  const { message, error_code: code } = (json ?? {}) as { message?: string; error_code?: number };
  throw new ConnectError("data", `${message ?? "Request refused"}; error code: ${code ?? answer.status}`, {
    javaClass: "io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException",
  });
}

function asSchema(json: unknown): RegisteredSchema {
  const { schema, schemaType, references } = json as Partial<RegisteredSchema>;
  return { schema: schema ?? "", schemaType: schemaType ?? "AVRO", references: references ?? [] };
}
