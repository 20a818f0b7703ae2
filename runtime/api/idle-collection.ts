import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often this looks whether the thread idles. */
const PERIOD_MS = 2_000;
/** A thread idles when its event loop worked for less than this share of the period. */
const IDLE_SHARE = 0.05;

/** What lets go of memory that is kept for later. */
const releases: (() => void)[] = [];

/** Has `release` called each time the thread becomes idle; it lets go of memory that is kept for later. */
export function onIdle(release: () => void): void {
  releases.push(release);
}

/**
 * Collects garbage once when the calling thread becomes idle. V8 collects when memory is allocated, so what starting, or a burst of
 * records, has left behind would stay as long as nothing happens. (G1 has `G1PeriodicGCInterval` for it.)
 */
export function collectWhenIdle(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let seen = performance.eventLoopUtilization();
  let wasBusy = true;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, seen);
    seen = now;
    if (utilization < IDLE_SHARE && wasBusy) {
      for (const release of releases) release();
      collect();
    }
    wasBusy = utilization >= IDLE_SHARE;
  }, PERIOD_MS).unref();
}
