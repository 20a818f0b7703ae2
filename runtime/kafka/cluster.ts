import { ConnectError, type Logger } from "../api/index.js";
import type { ApiRequest } from "./api-request.js";
import { BrokerNode, type ConnectionPurpose } from "./broker-node.js";
import type { BrokerAddress, ConnectionConfig } from "./connection-config.js";
import { kafkaError } from "./errors.js";
import { ErrorCode, isConnectionFailure } from "./protocol-errors.js";
import { findCoordinatorRequest } from "./requests/find-coordinator.js";
import { metadataRequest, type MetadataAnswer } from "./requests/metadata.js";

/** Who is to answer: a broker by id, whichever can be reached, the controller, or the coordinator of a group. */
export type Target =
  { readonly node: number } | "any" | "controller" | { readonly group: string } | { readonly transactionalId: string };

/**
 * Opens a client of the cluster and finds its brokers. Throws the connection error when none can be reached.
 */
export async function openCluster(config: ConnectionConfig, log: Logger): Promise<Cluster> {
  const cluster = new Cluster(config, log);
  try {
    await cluster.metadata([]);
    return cluster;
  } catch (error) {
    cluster.close();
    throw error;
  }
}

/**
 * The brokers of a cluster and one attempt at a time to ask them something: who retries, when and for how long is for the
 * callers, who know what a failure means. Connections are opened when needed; `new Cluster` opens none.
 */
export class Cluster {
  private readonly bootstrap: readonly BrokerNode[];
  private readonly nodes = new Map<number, BrokerNode>();
  private readonly coordinators = new Map<string, number>();
  private controllerId = -1;
  private clusterIdSeen: string | null = null;
  private closed = false;

  constructor(
    readonly config: ConnectionConfig,
    private readonly log: Logger,
  ) {
    this.bootstrap = config.brokers.map((address) => this.newNode(address));
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Null before the first answer, and from brokers older than 0.10.1. */
  get clusterId(): string | null {
    return this.clusterIdSeen;
  }

  /**
   * Asks for topics (null: all, none: brokers only) and learns brokers and controller on the way. A topic that cannot be
   * described has an error code of its own in the answer.
   */
  async metadata(topics: readonly string[] | null, options: { autoCreate?: boolean } = {}): Promise<MetadataAnswer> {
    const answer = await this.send("any", metadataRequest(topics, options.autoCreate ?? false));
    this.learn(answer);
    return answer;
  }

  /**
   * Sends to one broker. Throws kafkajs's connection errors, ConnectError for error codes on the way there, and what decoding
   * throws. With `any`, brokers are tried in turn until one is reached.
   */
  async send<T>(target: Target, request: ApiRequest<T>, purpose: ConnectionPurpose = "control"): Promise<T> {
    if (this.closed) throw new ConnectError("retriable", "The Kafka client was closed");
    if (target === "any") return this.sendToAny(request);
    const node = await this.resolve(target);
    try {
      return await node.send(request, purpose);
    } catch (error) {
      if (isConnectionFailure(error)) this.forget(target);
      throw error;
    }
  }

  /** After NOT_COORDINATOR and NOT_CONTROLLER: look the broker up again before the next request. */
  forget(target: Target): void {
    if (target === "controller") this.controllerId = -1;
    else if (typeof target === "object" && !("node" in target)) this.coordinators.delete(coordinatorKey(target));
  }

  /** At once; pending requests are rejected. */
  close(): void {
    this.closed = true;
    for (const node of [...this.bootstrap, ...this.nodes.values()]) node.close();
  }

  private async sendToAny<T>(request: ApiRequest<T>): Promise<T> {
    const known = shuffled([...this.nodes.values()]).sort((a, b) => Number(b.connected) - Number(a.connected));
    let failure: unknown = null;
    for (const node of [...known, ...shuffled(this.bootstrap)]) {
      try {
        return await node.send(request, "control");
      } catch (error) {
        if (!isConnectionFailure(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  private async resolve(target: Exclude<Target, "any">): Promise<BrokerNode> {
    if (target !== "controller" && !("node" in target)) return this.coordinator(target);
    if (target === "controller" && this.controllerId < 0) await this.metadata([]);
    const id = target === "controller" ? this.controllerId : target.node;
    let node = this.nodes.get(id);
    if (node === undefined) {
      await this.metadata([]);
      node = this.nodes.get(id);
    }
    if (node === undefined) throw new ConnectError("retriable", `Broker ${id} is not known to the cluster at present`);
    return node;
  }

  private async coordinator(target: { group: string } | { transactionalId: string }): Promise<BrokerNode> {
    const key = coordinatorKey(target);
    const known = this.nodes.get(this.coordinators.get(key) ?? -1);
    if (known !== undefined) return known;
    const request =
      "group" in target ? findCoordinatorRequest(target.group) : findCoordinatorRequest(target.transactionalId, 1);
    const answer = await this.sendToAny(request);
    if (answer.errorCode !== ErrorCode.none) throw kafkaError(answer.errorCode);
    this.coordinators.set(key, answer.nodeId);
    return this.addNode(answer.nodeId, answer);
  }

  private learn(answer: MetadataAnswer): void {
    if (this.closed) return;
    this.controllerId = answer.controllerId;
    this.clusterIdSeen = answer.clusterId;
    for (const broker of answer.brokers) this.addNode(broker.nodeId, broker);
    if (answer.brokers.length === 0) return;
    for (const node of this.bootstrap) node.release();
    const ids = new Set(answer.brokers.map((broker) => broker.nodeId));
    for (const [id, node] of this.nodes) {
      // a broker that is down for a moment is not listed; it is let go once its connections are
      if (!ids.has(id) && !node.connected) {
        node.close();
        this.nodes.delete(id);
      }
    }
  }

  private addNode(id: number, address: BrokerAddress): BrokerNode {
    const existing = this.nodes.get(id);
    if (existing?.address.host === address.host && existing.address.port === address.port) return existing;
    existing?.close();
    const node = this.newNode({ host: address.host, port: address.port });
    this.nodes.set(id, node);
    return node;
  }

  private newNode(address: BrokerAddress): BrokerNode {
    return new BrokerNode(address, this.config, this.log);
  }
}

function coordinatorKey(target: { group: string } | { transactionalId: string }): string {
  return "group" in target ? `group ${target.group}` : `transactional id ${target.transactionalId}`;
}

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
