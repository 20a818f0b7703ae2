import type { RestartRequest, TargetState } from "../herder.js";
import type { ConfigUpdate } from "../storage/config-state.js";
import { strongerRestart } from "../worker/restart-plan.js";

/** Changes of the config topic that the loop has not dealt with yet. Source: `ConfigUpdateListener` of `DistributedHerder`. */
export class PendingUpdates {
  /** Connectors as the loop knows them: a new one needs a rebalance, a changed one does not. */
  readonly #known: Set<string>;
  #connectors = new Set<string>();
  #targetStates = new Map<string, TargetState>();
  #tasks = new Set<string>();
  #restarts = new Map<string, RestartRequest>();
  /** Work appeared or went: the group has to share it out anew. */
  rebalance = false;

  constructor(known: Iterable<string>) {
    this.#known = new Set(known);
  }

  add(update: ConfigUpdate): void {
    switch (update.kind) {
      case "connector-config":
        if (!this.#known.has(update.connector)) this.rebalance = true;
        this.#known.add(update.connector);
        this.#connectors.add(update.connector);
        return;
      case "connector-removed":
        if (this.#known.delete(update.connector)) this.rebalance = true;
        this.#connectors.add(update.connector);
        return;
      case "task-configs":
        this.rebalance = true;
        this.#tasks.add(update.connector);
        return;
      case "target-state":
        this.#targetStates.set(update.connector, update.state);
        return;
      case "restart": {
        const waiting = this.#restarts.get(update.request.connector);
        this.#restarts.set(
          update.request.connector,
          waiting === undefined ? update.request : strongerRestart(waiting, update.request),
        );
        return;
      }
      case "session-key":
      case "logger-level":
        return;
    }
  }

  /** Connectors whose configuration changed or went. */
  takeConnectors(): ReadonlySet<string> {
    const taken = this.#connectors;
    this.#connectors = new Set();
    return taken;
  }

  takeTargetStates(): ReadonlyMap<string, TargetState> {
    const taken = this.#targetStates;
    this.#targetStates = new Map();
    return taken;
  }

  /** Connectors whose task set was committed anew. */
  takeTasks(): ReadonlySet<string> {
    const taken = this.#tasks;
    this.#tasks = new Set();
    return taken;
  }

  takeRestarts(): readonly RestartRequest[] {
    const taken = [...this.#restarts.values()];
    this.#restarts.clear();
    return taken;
  }
}
