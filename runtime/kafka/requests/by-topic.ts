export interface PartitionRef {
  readonly topic: string;
  readonly partition: number;
}

/** Groups by topic, as most requests want their partitions; order of first appearance. */
export function byTopic<T extends PartitionRef>(partitions: readonly T[]): [topic: string, partitions: T[]][] {
  return [...Map.groupBy(partitions, (partition) => partition.topic)];
}
