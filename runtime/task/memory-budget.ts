import type { MemoryBudget } from "../api/index.js";

/** The bytes that all tasks of a thread may buffer together. Counts only; whoever takes bytes decides what to do at the limit. */
export class ThreadMemory {
  #usedBytes = 0;

  constructor(readonly limitBytes: number) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** One task's view: what it holds is known, so that it can be given back when the task ends without doing so. */
  share(): TaskMemory {
    return new TaskMemory(this);
  }

  change(bytes: number): void {
    this.#usedBytes += bytes;
  }
}

export class TaskMemory implements MemoryBudget {
  #heldBytes = 0;

  constructor(private readonly thread: ThreadMemory) {}

  get limitBytes(): number {
    return this.thread.limitBytes;
  }

  /** Of the whole thread. */
  get usedBytes(): number {
    return this.thread.usedBytes;
  }

  /** Of this task alone. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  take(bytes: number): void {
    this.#heldBytes += bytes;
    this.thread.change(bytes);
  }

  tryTake(bytes: number): boolean {
    if (this.thread.usedBytes + bytes > this.thread.limitBytes) return false;
    this.take(bytes);
    return true;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
    this.thread.change(-bytes);
  }

  /** The task is gone: whatever it still held is free. */
  releaseAll(): void {
    this.release(this.#heldBytes);
  }
}
