import { asConnectError, ConnectError, type Logger, type SinkConnectorPlugin } from "../api/index.js";
import type { TargetState } from "../herder.js";
import type { Properties } from "./properties.js";

/** What became of a connector, for its status. */
export interface ConnectorListener {
  onRunning(connector: string): void;
  onPaused(connector: string): void;
  onStopped(connector: string): void;
  onShutdown(connector: string): void;
  onFailed(connector: string, error: unknown): void;
}

/**
 * One connector instance on this worker. Source: `WorkerConnector`, Connect 4.1.
 *
 *     new ──STARTED──► started ◄─────► paused, stopped
 *      │                  │ start throws
 *      └──────────────► failed ──STOPPED──► stopped
 *
 * A failed connector hears of nothing but STOPPED; a restart makes a new host.
 */
export class ConnectorHost {
  #state: "new" | "started" | "paused" | "stopped" | "failed" = "new";

  constructor(
    readonly name: string,
    readonly plugin: SinkConnectorPlugin,
    /** Resolved. */
    readonly config: Properties,
    private readonly listener: ConnectorListener,
    private readonly log: Logger,
  ) {}

  get running(): boolean {
    return this.#state === "started";
  }

  /** Throws ConnectError when the connector failed to start, now or before. */
  transitionTo(target: TargetState): void {
    if (this.#state === "failed" && target !== "STOPPED")
      throw new ConnectError(
        "fatal",
        `WorkerConnector{id=${this.name}} Cannot transition connector to ${target} since it has failed`,
      );
    switch (target) {
      case "STARTED":
        this.#start();
        return;
      case "PAUSED":
        if (this.#state === "paused") return;
        this.#state = "paused";
        this.listener.onPaused(this.name);
        return;
      case "STOPPED":
        if (this.#state === "stopped") return;
        this.#state = "stopped";
        this.listener.onStopped(this.name);
        return;
    }
  }

  /** The end of this instance on this worker. */
  shutDown(): void {
    this.listener.onShutdown(this.name);
  }

  #start(): void {
    if (this.#state === "started") return;
    try {
      this.plugin.start?.(this.config);
    } catch (error) {
      this.#state = "failed";
      this.log.error("Error while starting connector", { connector: this.name, error });
      this.listener.onFailed(this.name, error);
      throw asConnectError(error);
    }
    this.#state = "started";
    this.listener.onRunning(this.name);
  }
}
