import { ConnectError } from "../../runtime/api/index.js";
import type { Schema } from "../../runtime/api/index.js";
import type { NameClock } from "./clock.js";
import { renderName } from "./object-name.js";
import type { NameTemplate, TimeTexts } from "./object-name.js";
import type { RecordView } from "./record-view.js";

/**
 * Which object a record goes to, for templates with topic, partition and start offset (and perhaps key). Follows the original's
 * `TopicPartitionRecordGrouper`, `TopicPartitionKeyRecordGrouper` and their schema-aware variants.
 *
 * A group is a topic partition, or a key of one. It has a head: the record whose offset stands in the names of its objects.
 * For each record:
 *
 * 1. With schemas watched: a record without a key or value schema is refused; one whose schemas differ from those of the group's
 *    record before it becomes the head.
 * 2. The name is that of the head and of this record's time.
 * 3. With a limit: where no object of this name is open, or it holds as many records as it may, the record becomes the
 *    head and the name is rendered anew.
 * 4. The record goes to the object of that name.
 *
 * Without a limit a group so keeps its head when its time changes, and may have an object for each time; with one it does not.
 * Flushing forgets all groups. Objects of a former head never get a record again: they are complete.
 */
export interface GroupingRules {
  readonly template: NameTemplate;
  readonly prefix: string;
  /** 0: no limit. */
  readonly maxRecords: number;
  readonly watchSchemas: boolean;
  /** With `event`, a record without a timestamp is refused, even where no name needs one. */
  readonly timestampSource: "wallclock" | "event";
}

/** An object as the grouper sees it. */
export interface GroupedFile {
  readonly name: string;
  recordCount: number;
}

interface Group<F> {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  startOffset: number;
  /** Objects of the present head, by name. */
  readonly files: Map<string, F>;
  /** Where the last record went, and the time and schemas it had. */
  file: F | null;
  time: TimeTexts | null;
  keySchema: Schema | null;
  valueSchema: Schema | null;
}

export class Grouper<F extends GroupedFile> {
  readonly #rules: GroupingRules;
  readonly #clock: NameClock;
  readonly #open: (name: string) => F;
  readonly #complete: (file: F) => void;
  readonly #groups = new Map<string, Group<F>>();
  /** Open objects of all groups: two groups may come to the same name (two topics renamed to one). */
  readonly #files = new Map<string, F>();
  readonly #keyed: boolean;
  /** True where all records of a partition go to one object until it is full. */
  readonly #plain: boolean;
  #lastGroup: Group<F> | null = null;

  constructor(rules: GroupingRules, clock: NameClock, events: { open(name: string): F; complete(file: F): void }) {
    this.#rules = rules;
    this.#clock = clock;
    this.#open = (name) => events.open(name);
    this.#complete = (file) => {
      events.complete(file);
    };
    this.#keyed = rules.template.grouping === "topic-partition-key";
    this.#plain =
      !this.#keyed && !rules.template.hasTimestamp && !rules.watchSchemas && rules.timestampSource === "wallclock";
  }

  /** Objects that may still get records. */
  openFiles(): Iterable<F> {
    return this.#files.values();
  }

  /**
   * The object of the record in row `from`, and the end of the run of rows before `to` that go there with it. Counts them.
   * `nowMs` is the wall clock's time for these rows. Throws ConnectError for a record that is refused.
   */
  place(view: RecordView, from: number, to: number, nowMs: number): { readonly file: F; readonly end: number } {
    const file = this.#placeRow(view, from, nowMs);
    const { maxRecords } = this.#rules;
    const room = maxRecords === 0 ? Infinity : maxRecords - file.recordCount;
    const limit = Math.min(to, from + Math.max(1, room));
    let end = from + 1;
    if (this.#plain && view.columns !== null) end = limit;
    else while (end < limit && this.#staysIn(view, end, nowMs)) end++;
    file.recordCount += end - from;
    return { file, end };
  }

  /** Forgets all groups and objects, or those objects that `isMeant` and their groups. */
  forget(isMeant?: (file: F) => boolean): void {
    this.#lastGroup = null;
    for (const [key, group] of this.#groups)
      if (isMeant === undefined || group.file === null || isMeant(group.file)) this.#groups.delete(key);
    for (const [name, file] of this.#files) if (isMeant === undefined || isMeant(file)) this.#files.delete(name);
  }

  #placeRow(view: RecordView, row: number, nowMs: number): F {
    const group = this.#groupOf(view, row);
    const time = this.#timeOf(view, row, nowMs);
    const offset = view.offsetAt(row);
    if (this.#rules.watchSchemas && this.#schemasChange(group, view, row)) this.#setHead(group, offset);
    const { maxRecords } = this.#rules;
    let file = group.file !== null && group.time === time ? group.file : this.#fileOf(group, time);
    if (maxRecords > 0 && (file === undefined || file.recordCount >= maxRecords)) {
      this.#setHead(group, offset);
      file = undefined;
    }
    file ??= this.#openFile(group, time);
    group.file = file;
    group.time = time;
    return file;
  }

  /** True where the row's record goes where its group's last one went, which is the file of the run. */
  #staysIn(view: RecordView, row: number, nowMs: number): boolean {
    const last = this.#lastGroup;
    if (last === null || this.#groupOf(view, row) !== last) {
      this.#lastGroup = last;
      return false;
    }
    return (
      this.#timeOf(view, row, nowMs) === last.time &&
      !(this.#rules.watchSchemas && !this.#hasSchemasOf(last, view, row))
    );
  }

  #groupOf(view: RecordView, row: number): Group<F> {
    const topic = view.topicAt(row);
    const partition = view.partitionAt(row);
    const key = this.#keyed ? view.keyTextAt(row) : null;
    const last = this.#lastGroup;
    if (last !== null && last.partition === partition && last.topic === topic && last.key === key) return last;
    // A partition is a number and a topic has no slash, so this is unique.
    const id = key === null ? `${partition}/${topic}` : `${partition}/${topic}/${key}`;
    let group = this.#groups.get(id);
    if (group === undefined) {
      const startOffset = view.offsetAt(row);
      group = {
        topic,
        partition,
        key,
        startOffset,
        files: new Map(),
        file: null,
        time: null,
        keySchema: null,
        valueSchema: null,
      };
      this.#groups.set(id, group);
    }
    this.#lastGroup = group;
    return group;
  }

  #timeOf(view: RecordView, row: number, nowMs: number): TimeTexts | null {
    const { timestampSource, template } = this.#rules;
    if (timestampSource === "wallclock") return template.hasTimestamp ? this.#clock.textsAt(nowMs) : null;
    const timestampMs = view.timestampMsAt(row);
    if (timestampMs === null)
      throw new ConnectError("fatal", "The record has no timestamp, and file.name.timestamp.source is EVENT", {
        at: { topic: view.topic, partition: view.partition, offset: view.offsetAt(row) },
        javaClass: "java.lang.NullPointerException",
      });
    return template.hasTimestamp ? this.#clock.textsAt(timestampMs) : null;
  }

  #setHead(group: Group<F>, offset: number): void {
    group.startOffset = offset;
    group.file = null;
    for (const [name, file] of group.files) {
      this.#files.delete(name);
      this.#complete(file);
    }
    group.files.clear();
  }

  #nameOf(group: Group<F>, time: TimeTexts | null): string {
    return this.#rules.prefix + renderName(this.#rules.template, { ...group, time });
  }

  #fileOf(group: Group<F>, time: TimeTexts | null): F | undefined {
    return this.#files.get(this.#nameOf(group, time));
  }

  #openFile(group: Group<F>, time: TimeTexts | null): F {
    const name = this.#nameOf(group, time);
    let file = this.#files.get(name);
    if (file === undefined) {
      file = this.#open(name);
      this.#files.set(name, file);
      group.files.set(name, file);
    }
    return file;
  }

  #schemasChange(group: Group<F>, view: RecordView, row: number): boolean {
    const keySchema = view.keySchemaAt(row);
    const valueSchema = view.valueSchemaAt(row);
    if (keySchema === null || valueSchema === null)
      throw new ConnectError("data", "Record must have schemas for key and value", {
        at: { topic: view.topic, partition: view.partition, offset: view.offsetAt(row) },
        javaClass: "org.apache.kafka.connect.errors.SchemaProjectorException",
      });
    const changes = group.keySchema !== null && !this.#hasSchemasOf(group, view, row);
    group.keySchema = keySchema;
    group.valueSchema = valueSchema;
    return changes;
  }

  #hasSchemasOf(group: Group<F>, view: RecordView, row: number): boolean {
    return isSame(group.keySchema, view.keySchemaAt(row)) && isSame(group.valueSchema, view.valueSchemaAt(row));
  }
}

function isSame(a: Schema | null, b: Schema | null): boolean {
  return a === b || (a !== null && b !== null && a.equals(b));
}
