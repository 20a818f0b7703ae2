import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often this looks whether the thread idles. */
const PERIOD_MS = 2_000;
/** A thread idles when its event loop worked for less than this share of the period. */
const IDLE_SHARE = 0.05;
/** Less than so much in buffers is not worth a collection. */
const WORTH_BYTES = 8 * 1024 * 1024;

/** What lets go of memory that is kept for later. */
const releases: (() => void)[] = [];

/** Has `release` called each time the thread becomes idle; it lets go of memory that is kept for later. */
export function onIdle(release: () => void): void {
  releases.push(release);
}

/**
 * Has the calling thread give memory back when it becomes idle: what is kept for later is let go of, and collected. V8 collects when memory is
 * allocated, so it would stay as long as nothing happens. (G1 has `G1PeriodicGCInterval` for it.)
 */
export function collectWhenIdle(): void {
  let seen = performance.eventLoopUtilization();
  let wasBusy = true;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, seen);
    seen = now;
    const isBusy = utilization >= IDLE_SHARE;
    if (wasBusy && !isBusy) {
      for (const release of releases) release();
      if (process.memoryUsage().arrayBuffers >= WORTH_BYTES) collect();
    }
    wasBusy = isBusy;
  }, PERIOD_MS).unref();
}

/** V8's own `gc`, which only contexts have that are made behind the flag. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
