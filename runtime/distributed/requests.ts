import type { ConnectError } from "../api/index.js";

interface Request {
  readonly atMs: number;
  readonly run: () => Promise<void>;
  readonly fail: (error: ConnectError) => void;
}

/**
 * What others want done on the herder's loop, one after the other, in order of their time. They wait while the loop is busy with a
 * rebalance, so that each sees the group in one piece. How long REST waits for them is REST's affair.
 */
export class RequestQueue {
  readonly #requests: Request[] = [];
  #closed: ConnectError | null = null;

  constructor(
    private readonly nowMs: () => number,
    /** Called when the loop has to look at the queue again. */
    private readonly wake: () => void,
  ) {}

  /** Settles as `action` does, or rejects as {@link close} says. */
  ask<T>(action: () => T | Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#add({
      atMs: this.nowMs(),
      run: async () => {
        try {
          resolve(await action());
        } catch (error) {
          reject(error);
        }
      },
      fail: reject,
    });
    return promise;
  }

  /** Work that nobody waits for, not before `delayMs` have passed. `action` must not throw. */
  schedule(delayMs: number, action: () => Promise<void>): void {
    this.#add({ atMs: this.nowMs() + delayMs, run: action, fail: () => undefined });
  }

  /** Takes the next request that is due, or null. */
  takeDue(): (() => Promise<void>) | null {
    const first = this.#requests[0];
    if (first === undefined || first.atMs > this.nowMs()) return null;
    this.#requests.shift();
    return first.run;
  }

  /** Time of the next request; null without one. */
  get nextAtMs(): number | null {
    return this.#requests[0]?.atMs ?? null;
  }

  /** Fails what is waiting and everything that comes later. */
  close(error: ConnectError): void {
    this.#closed = error;
    for (const request of this.#requests.splice(0)) request.fail(error);
  }

  #add(request: Request): void {
    if (this.#closed !== null) {
      request.fail(this.#closed);
      return;
    }
    const at = this.#requests.findIndex((other) => other.atMs > request.atMs);
    this.#requests.splice(at < 0 ? this.#requests.length : at, 0, request);
    this.wake();
  }
}
