import { ConnectError, type Logger, type TopicPartition } from "../api/index.js";
import type { Assignor } from "./assignors/index.js";
import type { Cluster } from "./cluster.js";
import { decodeSubscription, encodeAssignment, encodeSubscription } from "./consumer-protocol.js";
import type { GroupStrategy } from "./group-member.js";
import type { MetadataView } from "./metadata-view.js";
import { ErrorCode, errorName } from "./protocol-errors.js";
import type { GroupMemberMetadata, GroupProtocol } from "./requests/group.js";

/** What the consumer has when it joins. */
export interface JoiningConsumer {
  /** What it subscribes to, by name. */
  topics(): readonly string[];
  /** What it has; with eager assignors nothing is left at a join, and this is what it had. */
  owned(): readonly TopicPartition[];
  /** In which generation `owned` was given; -1: never. */
  generation(): number;
}

/** Partitions of a group's topics as they were when this member, leading the group, divided them. */
interface Divided {
  readonly partitionCounts: ReadonlyMap<string, number>;
  readonly topics: readonly string[];
  /** Metadata up to this version is older than the division. */
  readonly metadataVersion: number;
}

/** Protocol type `consumer`: subscriptions to the leader, partitions to the members. */
export class ConsumerStrategy implements GroupStrategy {
  private divided: Divided | null = null;
  /** Members give up what they have before they join, unless all assignors can do without. */
  readonly cooperative: boolean;

  constructor(
    private readonly cluster: Cluster,
    private readonly metadata: MetadataView,
    private readonly assignors: readonly Assignor[],
    private readonly consumer: JoiningConsumer,
    private readonly autoCreate: boolean,
    private readonly log: Logger,
  ) {
    this.cooperative = assignors.every((assignor) => assignor.cooperative);
  }

  protocols(): GroupProtocol[] {
    this.divided = null;
    const topics = this.consumer.topics();
    const had = this.consumer.owned();
    const owned = this.cooperative ? had : [];
    return this.assignors.map((assignor) => {
      const userData = assignor.userData(had, this.consumer.generation());
      return { name: assignor.name, metadata: encodeSubscription({ topics, userData: asBuffer(userData), owned }) };
    });
  }

  async assign(protocolName: string, members: readonly GroupMemberMetadata[]): Promise<Map<string, Uint8Array>> {
    const assignor = this.assignors.find(({ name }) => name === protocolName);
    if (assignor === undefined) {
      throw new ConnectError("fatal", `Coordinator selected invalid assignment protocol: ${protocolName}`);
    }
    const views = members.map(({ memberId, groupInstanceId, metadata }) => {
      return { memberId, groupInstanceId, ...decodeSubscription(metadata) };
    });
    const topics = [...new Set(views.flatMap((view) => view.topics))];
    const partitionCounts = await this.countPartitions(topics);
    this.divided = { topics, partitionCounts, metadataVersion: this.metadata.version };
    const assignment = assignor.assign(views, partitionCounts);
    this.log.debug("Divided the partitions", {
      members: members.length,
      partitions: [...assignment.values()].flat().length,
    });
    return new Map([...assignment].map(([memberId, partitions]) => [memberId, encodeAssignment(partitions)]));
  }

  /** Topics whose metadata this member has to watch because it divided them; null unless it leads. */
  watched(): readonly string[] | null {
    return this.divided?.topics ?? null;
  }

  /** For the leader: whether topics or partitions have come or gone since it divided them. */
  outdated(): boolean {
    const { divided, metadata } = this;
    if (divided === null || metadata.version <= divided.metadataVersion) return false;
    return divided.topics.some((topic) => {
      return (metadata.topics.get(topic)?.partitions.length ?? 0) !== (divided.partitionCounts.get(topic) ?? 0);
    });
  }

  private async countPartitions(topics: readonly string[]): Promise<Map<string, number>> {
    const { topics: found } = await this.cluster.metadata(topics, { autoCreate: this.autoCreate });
    const counts = new Map<string, number>();
    for (const { topic, errorCode, partitions } of found) {
      if (errorCode === ErrorCode.none) counts.set(topic, partitions.length);
      else this.log.warn("A subscribed topic has no partitions to assign", { topic, error: errorName(errorCode) });
    }
    return counts;
  }
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
