import type { MemoryBudget } from "../../runtime/api/index.js";

/** One task's part in the memory budget of its thread. */
export class CountedMemory implements MemoryBudget {
  readonly #shared: MemoryBudget;
  #ownBytes = 0;

  constructor(shared: MemoryBudget) {
    this.#shared = shared;
  }

  /** Bytes that this task has taken and not released. */
  get ownBytes(): number {
    return this.#ownBytes;
  }

  get limitBytes(): number {
    return this.#shared.limitBytes;
  }

  /** Of all tasks of the thread. */
  get usedBytes(): number {
    return this.#shared.usedBytes;
  }

  take(bytes: number): void {
    this.#ownBytes += bytes;
    this.#shared.take(bytes);
  }

  tryTake(bytes: number): boolean {
    if (!this.#shared.tryTake(bytes)) return false;
    this.#ownBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#ownBytes -= bytes;
    this.#shared.release(bytes);
  }
}
