import type { ConnectorTaskId } from "../herder.js";
import { compareTasks, type Work } from "./work.js";

/**
 * Who runs what, as decided by the group's leader. Two ways: eager (everything is given out anew) and incremental cooperative
 * (KIP-415: work stays where it is; what has to move is revoked in one round and given out in the next; what a vanished worker had
 * waits a while for its return). Followers obey whatever they are told, so leaders of other implementations may take over.
 * Sources: `EagerAssignor`, `IncrementalCooperativeAssignor`, Connect 4.1.
 */

export interface MemberOrder {
  readonly assigned: Work;
  readonly revoked: Work;
}

export interface Decision {
  /** By member id. */
  readonly orders: ReadonlyMap<string, MemberOrder>;
  /** All that each member runs once the orders are carried out. */
  readonly allocations: ReadonlyMap<string, Work>;
  /** Time after which the group has to rebalance again, 0: none. */
  readonly delayMs: number;
}

/** Connectors and tasks in turn over the members, both in order. */
export function assignEagerly(configured: Work, memberIds: Iterable<string>): Decision {
  const members = [...memberIds].sort();
  const given = new Map(members.map((id) => [id, { connectors: [] as string[], tasks: [] as ConnectorTaskId[] }]));
  let turn = 0;
  const next = (): { connectors: string[]; tasks: ConnectorTaskId[] } => given.get(members[turn++ % members.length]!)!;
  for (const connector of [...configured.connectors].sort()) next().connectors.push(connector);
  for (const task of [...configured.tasks].sort(compareTasks)) next().tasks.push(task);
  const orders = new Map(
    [...given].map(([id, assigned]) => [id, { assigned, revoked: { connectors: [], tasks: [] } }]),
  );
  return { orders, allocations: given, delayMs: 0 };
}

/** A connector (`task` null) or a task, by key: both kinds go through the same set algebra. */
interface Item {
  readonly key: string;
  readonly connector: string;
  readonly task: number | null;
}

type Items = ReadonlyMap<string, Item>;

/** Items of one member; kept in the order in which they were given. */
interface Load {
  readonly id: string;
  readonly items: Map<string, Item>;
}

const KINDS = ["connectors", "tasks"] as const;
type Kind = (typeof KINDS)[number];

export interface IncrementalInput {
  readonly configured: Work;
  /** What each member says it runs, by member id. */
  readonly members: ReadonlyMap<string, Work>;
  /** Generation of the round before that the leader saw complete; -1: none. */
  readonly lastCompletedGeneration: number;
  /** Generation that this decision is for. */
  readonly generation: number;
  readonly nowMs: number;
}

/** Keeps what a leader has to remember from one round to the next. A new leader starts with nothing. */
export class IncrementalAssignor {
  #previous: Items = new Map();
  #previousRevocation: Items = new Map();
  #previousGeneration = -1;
  #previousMembers: ReadonlySet<string> = new Set();
  #revokedInPrevious = false;
  #successiveRevocations = 0;
  /** Workers that were empty while work was lost: probably the lost ones, back under a new id. */
  readonly #candidates = new Set<string>();
  /** When lost work is given out; 0: none is lost. */
  #scheduledMs = 0;
  #delayMs = 0;

  constructor(private readonly maxDelayMs: number) {}

  assign(input: IncrementalInput): Decision {
    if (this.#previousGeneration !== input.lastCompletedGeneration) this.#previous = new Map();
    const configured = itemsOf(input.configured);
    const members = new Map([...input.members].map(([id, work]) => [id, itemsOf(work)]));
    const active = union(members.values());
    if ([...this.#previousRevocation.keys()].some((key) => active.has(key))) this.#previous = active;
    this.#previousRevocation = new Map();

    const deleted = difference(this.#previous, configured);
    const duplicated = duplicates(members.values());
    const lost = difference(this.#previous, active, deleted);
    const created = difference(configured, this.#previous, active);

    const revoked = new Map<string, Map<string, Item>>();
    const next: Load[] = [];
    for (const [id, items] of members) {
      const gone = new Map([...items].filter(([key]) => deleted.has(key) || duplicated.has(key)));
      revoked.set(id, gone);
      next.push({ id, items: new Map(difference(items, gone)) });
    }
    const current = new Map([...members].map(([id, items]) => [id, difference(items, deleted)]));

    const reassigned = this.#handleLost(lost, next, input.nowMs);
    this.#balance(configured, next, revoked, input.nowMs);
    for (const kind of KINDS) distribute(next, kind, [...sorted(created, kind), ...sorted(reassigned, kind)]);
    return this.#conclude(input, next, current, revoked, lost);
  }

  /** Gives back the lost items that are to be treated as new ones; may hand some to candidates, or put all off. */
  #handleLost(lost: Items, next: readonly Load[], nowMs: number): Items {
    if (lost.size === 0 && !this.#revokedInPrevious) {
      this.#resetDelay();
      return new Map();
    }
    const active = new Set(next.map((load) => load.id));
    // Nobody left: members must have missed the answer of the round before.
    if (this.#scheduledMs <= 0 && [...this.#previousMembers].every((id) => active.has(id))) return lost;
    if (this.maxDelayMs === 0) return lost;
    if (this.#scheduledMs > 0 && nowMs >= this.#scheduledMs) {
      const candidates = [...this.#candidates].flatMap((id) => next.filter((load) => load.id === id));
      this.#resetDelay();
      this.#revokedInPrevious = false;
      if (candidates.length === 0) return lost;
      for (const kind of KINDS)
        sorted(lost, kind).forEach((item, turn) => candidates[turn % candidates.length]!.items.set(item.key, item));
      return new Map();
    }
    for (const load of next) if (load.items.size === 0) this.#candidates.add(load.id);
    this.#delayMs = nowMs < this.#scheduledMs ? Math.min(this.#scheduledMs - nowMs, this.maxDelayMs) : this.maxDelayMs;
    this.#scheduledMs = nowMs + this.#delayMs;
    return new Map();
  }

  /** Takes from workers that have more than their share; not while lost work waits, and ever more rarely if repeated. */
  #balance(configured: Items, next: readonly Load[], revoked: Map<string, Map<string, Item>>, nowMs: number): void {
    if (this.#delayMs > 0) {
      this.#revokedInPrevious = false;
      return;
    }
    const excess = excessOf(configured, next);
    if (excess.size === 0) {
      if (this.#revokedInPrevious) this.#successiveRevocations = 0;
      this.#revokedInPrevious = false;
      return;
    }
    if (this.#revokedInPrevious) {
      this.#successiveRevocations++;
      this.#delayMs = Math.min(Math.round(40 ** this.#successiveRevocations), this.maxDelayMs);
      if (this.#delayMs > 0) {
        this.#scheduledMs = nowMs + this.#delayMs;
        return;
      }
    }
    this.#revokedInPrevious = true;
    for (const load of next)
      for (const item of excess.get(load.id) ?? []) {
        load.items.delete(item.key);
        revoked.get(load.id)?.set(item.key, item);
      }
  }

  #conclude(
    input: IncrementalInput,
    next: readonly Load[],
    current: ReadonlyMap<string, Items>,
    revoked: ReadonlyMap<string, Items>,
    lost: Items,
  ): Decision {
    const orders = new Map<string, MemberOrder>();
    const allocations = new Map<string, Work>();
    const allRevoked = union(revoked.values());
    for (const { id, items } of next) {
      orders.set(id, {
        assigned: workOf(difference(items, current.get(id)!)),
        revoked: workOf(revoked.get(id)!),
      });
      allocations.set(id, workOf(difference(items, revoked.get(id)!)));
    }
    this.#previous = new Map([...difference(union(next.map((load) => load.items)), allRevoked), ...lost]);
    this.#previousRevocation = allRevoked;
    this.#previousGeneration = input.generation;
    this.#previousMembers = new Set(input.members.keys());
    return { orders, allocations, delayMs: this.#delayMs };
  }

  #resetDelay(): void {
    this.#candidates.clear();
    this.#scheduledMs = 0;
    this.#delayMs = 0;
  }
}

/** What each worker has above its share, by worker: connectors and tasks on their own. Nothing when nobody has anything yet. */
function excessOf(configured: Items, next: readonly Load[]): Map<string, Item[]> {
  const excess = new Map<string, Item[]>();
  if (configured.size === 0 || next.every((load) => load.items.size === 0)) return excess;
  for (const kind of KINDS) {
    const total = count(configured, kind);
    const share = Math.floor(total / next.length);
    /** So many workers may have one more than the share. */
    let extras = total % next.length;
    for (const { id, items } of next) {
      const own = [...items.values()].filter((item) => kindOf(item) === kind);
      if (own.length <= share) continue;
      const allowed = extras > 0 ? share + 1 : share;
      if (extras > 0) extras--;
      if (own.length > allowed) excess.set(id, [...(excess.get(id) ?? []), ...own.slice(0, own.length - allowed)]);
    }
  }
  return excess;
}

/** Fills the emptiest workers first: again and again one each to all that have no more than the first one. */
function distribute(next: readonly Load[], kind: Kind, items: readonly Item[]): void {
  const loads = [...next].sort((a, b) => count(a.items, kind) - count(b.items, kind) || (a.id < b.id ? -1 : 1));
  const first = loads[0];
  if (first === undefined) return;
  let given = 0;
  while (given < items.length) {
    const level = count(first.items, kind);
    const above = loads.findIndex((load) => count(load.items, kind) > level);
    for (const load of loads.slice(0, above < 0 ? loads.length : above)) {
      const item = items[given++];
      if (item === undefined) return;
      load.items.set(item.key, item);
    }
  }
}

function kindOf(item: Item): Kind {
  return item.task === null ? "connectors" : "tasks";
}

function count(items: Items, kind: Kind): number {
  let found = 0;
  for (const item of items.values()) if (kindOf(item) === kind) found++;
  return found;
}

function itemsOf(work: Work): Items {
  const items = new Map<string, Item>();
  for (const connector of work.connectors)
    items.set(`c:${connector}`, { key: `c:${connector}`, connector, task: null });
  for (const { connector, task } of work.tasks) {
    const key = `t:${connector}-${String(task)}`;
    items.set(key, { key, connector, task });
  }
  return items;
}

function workOf(items: Items): Work {
  const connectors: string[] = [];
  const tasks: ConnectorTaskId[] = [];
  for (const { connector, task } of items.values()) {
    if (task === null) connectors.push(connector);
    else tasks.push({ connector, task });
  }
  return { connectors, tasks };
}

function sorted(items: Items, kind: Kind): Item[] {
  const chosen = [...items.values()].filter((item) => kindOf(item) === kind);
  return chosen.sort((a, b) =>
    compareTasks({ connector: a.connector, task: a.task ?? 0 }, { connector: b.connector, task: b.task ?? 0 }),
  );
}

function union(sets: Iterable<Items>): Map<string, Item> {
  const all = new Map<string, Item>();
  for (const set of sets) for (const [key, item] of set) all.set(key, item);
  return all;
}

function difference(from: Items, ...less: readonly Items[]): Items {
  return new Map([...from].filter(([key]) => !less.some((set) => set.has(key))));
}

function duplicates(sets: Iterable<Items>): Items {
  const seen = new Set<string>();
  const twice = new Map<string, Item>();
  for (const set of sets)
    for (const [key, item] of set) {
      if (seen.has(key)) twice.set(key, item);
      seen.add(key);
    }
  return twice;
}
