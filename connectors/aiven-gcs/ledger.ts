import { createHash } from "node:crypto";
import type { TopicPartition, TopicPartitionOffset } from "../../runtime/api/index.js";
import type { AivenConfig } from "./config.js";

/**
 * What makes every record appear exactly once although objects and offsets cannot change in one step.
 *
 * Objects get no custom metadata (the original writes none), so the group's own offsets carry the truth. Before anything
 * becomes visible, the task commits a note beside the offsets that stay committed: "from here on, objects end at offset X". Kafka
 * takes the note only from the present owner of the partition. Then the objects are finished, then X itself is committed,
 * without a note. A task that finds a note does not know which of its objects were finished: it reads again from the committed
 * offset and ends its objects at X again, so that it makes the same objects, by name and content, in place of what there is.
 *
 * A note of kind `hold` is left before full objects are finished ahead of a flush: objects up to X are decided by the rules
 * alone as long as nothing is flushed before X. Where names have wall-clock times, notes tell which time was used from which offset.
 */
export interface Note {
  readonly kind: "cut" | "hold";
  /** The X of above: next offset of the last record concerned. */
  readonly upTo: number;
  /** Changes of the wall clock's part in names, as offset and epoch milliseconds, ascending. */
  readonly times: readonly (readonly [number, number])[];
}

/** What is known of one partition of the source. */
export interface PartitionLedger extends TopicPartition {
  /** Offset that is committed, or would be: where reading starts after a failure. */
  committedOffset: number | null;
  /** Next offset of all records that were grouped. */
  position: number | null;
  /** What has to be repeated, as long as `position` is before its end. */
  note: Note | null;
  /** Wall-clock times in use since `committedOffset`. */
  times: (readonly [number, number])[];
}

export function newLedger({ topic, partition }: TopicPartition): PartitionLedger {
  return { topic, partition, committedOffset: null, position: null, note: null, times: [] };
}

/** Starts over at what is committed. */
export function rewind(ledger: PartitionLedger): void {
  ledger.position = ledger.committedOffset;
  ledger.times = [];
}

/** All up to `nextOffset` is visible and goes on to be committed. */
export function advance(ledger: PartitionLedger, nextOffset: number): void {
  ledger.committedOffset = nextOffset;
  ledger.position = Math.max(ledger.position ?? 0, nextOffset);
  ledger.note = null;
  ledger.times = [];
}

/** True while objects must not be ended, because a note says that they go on. */
export function isHeld(ledger: PartitionLedger): boolean {
  return ledger.note !== null && (ledger.position ?? 0) < ledger.note.upTo;
}

/** Wall-clock time for the records from `offset` on: the noted one where they are read again, else `nowMs`. */
export function timeFor(ledger: PartitionLedger, offset: number, nowMs: number): number {
  if (ledger.note === null || offset >= ledger.note.upTo) return nowMs;
  let timeMs: number | null = null;
  for (const [from, noted] of ledger.note.times) if (from <= offset) timeMs = noted;
  return timeMs ?? nowMs;
}

/** First offset after `offset` at which the noted wall-clock time changes or the note ends; Infinity without a note. */
export function nextTurn(ledger: PartitionLedger, offset: number): number {
  if (ledger.note === null || offset >= ledger.note.upTo) return Infinity;
  for (const [from] of ledger.note.times) if (from > offset) return Math.min(from, ledger.note.upTo);
  return ledger.note.upTo;
}

/** The offset to commit before objects are finished: the committed one, with the note. */
export function noteOffset(
  ledger: PartitionLedger,
  kind: Note["kind"],
  upTo: number,
  rules: string,
): TopicPartitionOffset {
  const note = JSON.stringify({
    sluice: 1,
    [kind]: upTo,
    rules,
    ...(ledger.times.length === 0 ? {} : { times: ledger.times }),
  });
  return {
    topic: ledger.topic,
    partition: ledger.partition,
    nextOffset: ledger.committedOffset ?? 0,
    // A longer one would be refused. It takes hundreds of changes of the hour within one commit interval.
    ...(note.length <= MAX_NOTE_LENGTH ? { note } : {}),
  };
}

const MAX_NOTE_LENGTH = 4096;

/** Takes over what the group holds. A note of other rules, or of another program, says nothing. */
export function restore(ledger: PartitionLedger, committed: TopicPartitionOffset, rules: string): void {
  ledger.committedOffset = committed.nextOffset;
  ledger.note = parseNote(committed.note ?? "", rules);
  rewind(ledger);
}

function parseNote(text: string, rules: string): Note | null {
  if (!text.startsWith('{"sluice":1,')) return null;
  try {
    const note = JSON.parse(text) as { cut?: number; hold?: number; rules?: string; times?: [number, number][] };
    const upTo = note.cut ?? note.hold;
    if (note.rules !== rules || upTo === undefined) return null;
    return { kind: note.cut === undefined ? "hold" : "cut", upTo, times: note.times ?? [] };
  } catch {
    return null;
  }
}

/** Tells configurations apart that make different objects of the same records. */
export function rulesOf(config: AivenConfig): string {
  const { prefix, template, compression, maxRecords, timeZone, timestampSource, format, fields, envelope } = config;
  const parts = [
    prefix,
    template.text,
    compression,
    maxRecords,
    timeZone.id,
    timestampSource,
    format,
    fields,
    envelope,
    // What was added later, and only where it is in use: the notes of before stay valid.
    ...(config.ignoreNulls ? ["ignore-nulls"] : []),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 8);
}
