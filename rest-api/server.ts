import type { RequestListener } from "node:http";
import type { SecureContextOptions } from "node:tls";
import type { RequestHandler } from "express";
import { ConnectError, type Logger } from "../runtime/api/index.js";
import type { Herder, MetricsSource } from "../runtime/herder.js";
import { withPrefix, type Properties } from "../runtime/worker/properties.js";
import type { WorkerConfig } from "../runtime/worker/worker-config.js";
import type { Resource } from "./answer.js";
import { createApp } from "./app.js";
import { BASIC_AUTH_EXTENSION, basicAuth, jaasFilePath } from "./basic-auth.js";
import type { RestContext } from "./context.js";
import { corsFilter } from "./cors.js";
import type { Guard } from "./dispatch.js";
import { Forwarder } from "./forward.js";
import { openHttpServer, type ClientAuth, type HttpServer } from "./http-server.js";
import { advertisedUrl, parseListener, type Listener } from "./listeners.js";
import { requestLog } from "./request-log.js";
import { headerFilter, parseHeaderRules } from "./response-headers.js";
import { connectorRoutes } from "./routes/connectors.js";
import { lifecycleRoutes } from "./routes/lifecycle.js";
import { loggerRoutes } from "./routes/loggers.js";
import { metricRoutes } from "./routes/metrics.js";
import { offsetRoutes } from "./routes/offsets.js";
import { openApiRoutes } from "./routes/openapi.js";
import { pluginRoutes } from "./routes/plugins.js";
import { rootRoutes } from "./routes/root.js";
import { taskRoutes } from "./routes/tasks.js";
import { topicRoutes } from "./routes/topics.js";
import { REQUEST_TIMEOUT_MS } from "./timeout.js";
import { WorkerClient } from "./worker-client.js";

/** Time that requests in flight have when the worker stops. */
const CLOSE_TIMEOUT_MS = 60_000;

export interface RestServerOptions {
  readonly worker: WorkerConfig;
  /** Environment of the process: where KAFKA_OPTS names the JAAS file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Node's TLS options for Java's `ssl.*` properties. Reads the stores; throws ConnectError `config`. */
  readonly readTls: (ssl: Properties) => SecureContextOptions;
  /** Named `org.apache.kafka.connect.runtime.rest.RestServer`, as Connect's request log. */
  readonly log: Logger;
  /** What `GET /` shows. Clients choose their features by this version, so it is Kafka's. */
  readonly version: string;
  readonly commit: string;
}

/** Resources of the normal listeners; `/admin` has its own. */
export function normalResources(context: RestContext): Resource[] {
  return [
    ...rootRoutes(context),
    ...connectorRoutes(context),
    ...lifecycleRoutes(context),
    ...taskRoutes(context),
    ...topicRoutes(context),
    ...offsetRoutes(context),
    ...pluginRoutes(context),
    ...metricRoutes(context),
    ...openApiRoutes(),
  ];
}

/**
 * The REST API on all its listeners. They open before there is a herder, so that its URL is known; until {@link initialize} every
 * path is 404, as in Connect.
 */
export class RestServer {
  readonly #options: RestServerOptions;
  readonly #filters: RequestHandler[];
  readonly #guards: Guard[];
  readonly #servers: HttpServer[] = [];
  #normal: RequestListener;
  #admin: RequestListener;
  #url = "";
  /** Reaches the other workers, with the TLS properties of this one's listeners. */
  readonly workers: WorkerClient;

  private constructor(options: RestServerOptions) {
    this.#options = options;
    this.#filters = filtersOf(options);
    this.#guards = guardsOf(options);
    const empty = createApp({ resources: [], filters: this.#filters, guards: [] });
    this.#normal = empty;
    this.#admin = empty;
    const { properties } = options.worker;
    this.workers = new WorkerClient(() => options.readTls(sslProperties(properties, "listeners.https.")));
  }

  /** Binds all listeners. Throws ConnectError `config` or `fatal`. */
  static async open(options: RestServerOptions): Promise<RestServer> {
    const server = new RestServer(options);
    const { common } = options.worker;
    try {
      for (const text of common.listeners)
        await server.#open(parseListener(text), "listeners.https.", (...args) => {
          server.#normal(...args);
        });
      const normal = [...server.#servers];
      for (const text of common["admin.listeners"] ?? [])
        await server.#open(parseListener(text), "admin.listeners.https.", (...args) => {
          server.#admin(...args);
        });
      server.#url = await advertisedUrl(
        normal.map(({ listener }) => listener),
        {
          host: common["rest.advertised.host.name"],
          port: common["rest.advertised.port"],
          protocol: common["rest.advertised.listener"],
        },
      );
      options.log.info(`Advertised URI: ${server.#url}`);
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  async #open(listener: Listener, prefix: string, onRequest: RequestListener): Promise<void> {
    const ssl = sslProperties(this.#options.worker.properties, prefix);
    this.#servers.push(await openHttpServer(listener, onRequest, () => this.#options.readTls(ssl), clientAuthOf(ssl)));
  }

  /** URL under which other workers reach this one, with a slash at the end. */
  get advertisedUrl(): string {
    return this.#url;
  }

  /** `host:port`: the worker's id in statuses. */
  get workerId(): string {
    return this.#url.replace(/^[a-z]+:\/\//, "").slice(0, -1);
  }

  /** Bound addresses, with the port where it was 0. */
  get urls(): readonly string[] {
    return this.#servers.map(
      ({ listener: { protocol, host, boundPort } }) => `${protocol}://${host === "" ? "localhost" : host}:${boundPort}`,
    );
  }

  /** From now on the resources answer. */
  initialize(herder: Herder, metrics: MetricsSource): void {
    const { worker, version, commit } = this.#options;
    const { common } = worker;
    const context: RestContext = {
      herder,
      metrics,
      forwarder: new Forwarder(this.workers, REQUEST_TIMEOUT_MS),
      version,
      commit,
      topicTracking: common["topic.tracking.enable"],
      topicTrackingReset: common["topic.tracking.allow.reset"],
    };
    const loggers = loggerRoutes(context);
    const onNormal = common["admin.listeners"] === null ? loggers : [];
    const filters = this.#filters;
    const guards = this.#guards;
    this.#normal = createApp({ resources: [...normalResources(context), ...onNormal], filters, guards });
    this.#admin = createApp({ resources: [...rootRoutes(context), ...loggers], filters, guards });
  }

  /** Stops listening and waits for the requests in flight. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close(CLOSE_TIMEOUT_MS)));
  }
}

function filtersOf({ worker, log }: RestServerOptions): RequestHandler[] {
  const { common } = worker;
  const origins = common["access.control.allow.origin"];
  return [
    requestLog(log),
    headerFilter(parseHeaderRules(common["response.http.headers.config"]), Date.now),
    ...(origins.trim() === "" ? [] : [corsFilter(origins, common["access.control.allow.methods"])]),
  ];
}

function guardsOf({ worker, env }: RestServerOptions): Guard[] {
  return worker.common["rest.extension.classes"].map((className) => {
    if (className !== BASIC_AUTH_EXTENSION && className !== BASIC_AUTH_EXTENSION.split(".").at(-1))
      throw new ConnectError(
        "config",
        `Failed to find any class that implements interface org.apache.kafka.connect.rest.ConnectRestExtension and which name matches ${className}`,
      );
    return basicAuth(jaasFilePath(env));
  });
}

/** With any key under the prefix only those count, else the worker's plain `ssl.*`. */
function sslProperties(properties: Properties, prefix: string): Properties {
  const own = withPrefix(properties, prefix);
  if (Object.keys(own).length > 0) return own;
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key.startsWith("ssl.")));
}

function clientAuthOf(ssl: Properties): ClientAuth {
  const given = ssl["ssl.client.auth"]?.trim().toLowerCase() ?? "none";
  if (given === "none" || given === "requested" || given === "required") return given;
  throw new ConnectError(
    "config",
    `Invalid value ${given} for configuration ssl.client.auth: String must be one of: required, requested, none`,
  );
}
