import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { removeAtExit } from "./watchdog.js";

/** The checkout's root, from a compiled file in `dist/test/support/`. */
export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/**
 * Where tools of the tests are kept between runs and between checkouts: `SLUICE_TEST_CACHE`, by default
 * `~/.cache/sluice-test`, or `.cache` of the checkout where the home folder cannot be written.
 */
export function cacheFolder(): string {
  const given = process.env["SLUICE_TEST_CACHE"];
  if (given !== undefined) return madeFolder(given);
  try {
    return madeFolder(join(homedir(), ".cache", "sluice-test"));
  } catch {
    return madeFolder(join(projectFolder, ".cache"));
  }
}

function madeFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

/** A new empty folder, removed when this process ends (kept when `SLUICE_TEST_KEEP` is set). */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sluice-${name}-`));
  if (process.env["SLUICE_TEST_KEEP"] === undefined) removeAtExit(folder);
  return folder;
}

/** Writes a file so that other processes see either nothing or all of it. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

/**
 * Runs `work` while no other process holds the lock `name` of the cache folder. A lock whose owner is gone is taken
 * over.
 */
export async function withCacheLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = join(cacheFolder(), `${name}.lock`);
  while (!tryLock(lock)) await sleep(200);
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    if (ownerIsGone(lock)) discardLock(lock);
    return false;
  }
}

/** Moved away before it is removed, so that of two takers one fails here instead of removing the other's new lock. */
function discardLock(lock: string): void {
  const stale = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, stale);
    rmSync(stale, { force: true });
  } catch {
    // Another process was quicker.
  }
}

function ownerIsGone(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
