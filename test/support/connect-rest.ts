import { waitUntil, type WaitOptions } from "./wait.js";

/** An answer of the Connect REST API; `body` is parsed JSON, or null when there is none. */
export interface RestAnswer<T = unknown> {
  readonly status: number;
  readonly body: T;
}

export type ConnectorConfig = Readonly<Record<string, string>>;

interface TaskStatus {
  readonly id: number;
  readonly state: string;
  readonly worker_id: string;
  readonly trace?: string;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: { readonly state: string; readonly worker_id: string; readonly trace?: string };
  readonly tasks: readonly TaskStatus[];
}

/** A client of the Connect REST API, the same for the JVM's worker and ours. */
export class ConnectRest {
  constructor(
    /** Without a slash at the end. */
    readonly url: string,
  ) {}

  /** Sends a request and returns whatever is answered. */
  async request<T = unknown>(method: string, path: string, body?: unknown): Promise<RestAnswer<T>> {
    const answer = await fetch(this.url + path, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === "" ? null : JSON.parse(text)) as T };
  }

  /** Like `request`, but a status of 400 or more is an error; a conflict during a rebalance is asked again. */
  async ok<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const last = await waitUntil(`${method} ${path} outside of a rebalance`, async () => {
      const answer = await this.request<T>(method, path, body);
      return answer.status === 409 && /rebalance/i.test(JSON.stringify(answer.body)) ? undefined : answer;
    });
    if (last.status >= 400) throw new Error(`${method} ${path}: ${last.status} ${JSON.stringify(last.body)}`);
    return last.body;
  }

  /** Makes or changes a connector. */
  async putConnector(name: string, config: ConnectorConfig): Promise<void> {
    await this.ok("PUT", `/connectors/${encodeURIComponent(name)}/config`, config);
  }

  async deleteConnector(name: string): Promise<void> {
    await this.ok("DELETE", `/connectors/${encodeURIComponent(name)}`);
  }

  async status(name: string): Promise<ConnectorStatus> {
    return this.ok<ConnectorStatus>("GET", `/connectors/${encodeURIComponent(name)}/status`);
  }

  /** Waits until the connector and this many tasks run; a failed task ends the wait with its trace. */
  async waitForRunning(name: string, taskCount: number, options: WaitOptions = {}): Promise<ConnectorStatus> {
    let last: ConnectorStatus | undefined;
    return waitUntil(
      `connector ${name} and ${taskCount} tasks are RUNNING`,
      async () => {
        last = await this.status(name);
        const running = last.tasks.filter(({ state }) => state === "RUNNING");
        return last.connector.state === "RUNNING" && last.tasks.length === taskCount && running.length === taskCount
          ? last
          : undefined;
      },
      { context: () => `last status: ${JSON.stringify(last, null, 2)}`, ...options },
    );
  }

  /** Waits until a task of the connector has this state. */
  async waitForTaskState(name: string, taskId: number, state: string, options: WaitOptions = {}): Promise<TaskStatus> {
    let last: ConnectorStatus | undefined;
    return waitUntil(
      `task ${name}-${taskId} is ${state}`,
      async () => {
        last = await this.status(name);
        return last.tasks.find((task) => task.id === taskId && task.state === state);
      },
      { context: () => `last status: ${JSON.stringify(last, null, 2)}`, ...options },
    );
  }
}
