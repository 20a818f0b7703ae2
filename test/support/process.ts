import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./folders.js";
import { forget, killAtExit } from "./watchdog.js";
import { GiveUp, waitUntil, type WaitOptions } from "./wait.js";

export interface ProcessOptions {
  /** Said in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Replaces variables of this process; a value of `undefined` removes one. */
  readonly env?: Record<string, string | undefined>;
  readonly cwd?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What `/proc` says about a process. */
export interface ResourceUsage {
  /** User and system time of all its threads so far. */
  readonly cpuSeconds: number;
  /** The part of it that was spent in the kernel. */
  readonly kernelSeconds: number;
  readonly residentMb: number;
  readonly peakResidentMb: number;
}

/**
 * A child process in a process group of its own, whose output goes to a file, and which never outlives this process.
 * It is started by the constructor.
 */
export class OwnedProcess {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<Exit>;
  exit: Exit | undefined;
  private readonly child: ChildProcess;

  constructor({ name, command, args, env, cwd }: ProcessOptions) {
    this.name = name;
    this.logFile = join(temporaryFolder(name), "log");
    const log = openSync(this.logFile, "a");
    this.child = spawn(command, args, {
      stdio: ["ignore", log, log],
      detached: true,
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    closeSync(log);
    if (this.child.pid !== undefined) killAtExit(this.child.pid);
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", (error) => {
        reject(new Error(`${name}: cannot run ${command}: ${error.message}`));
      });
      this.child.once("exit", (code, signal) => {
        forget(this.pid);
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
    // Whoever needs the failure awaits `ended`; nobody has to.
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Everything the process has printed. */
  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /** The last lines the process has printed, under a heading that names it. */
  tail(lineCount = 200): string {
    const lines = this.log().trimEnd().split("\n");
    return `--- last lines of ${this.name} (pid ${this.pid}) ---\n${lines.slice(-lineCount).join("\n")}\n---`;
  }

  /** Throws, with the last lines, when the process has ended although it should not have. */
  expectRunning(): void {
    if (this.exit !== undefined) throw this.endedError("while it was needed");
  }

  private endedError(when: string): Error {
    const how = this.exit?.signal ?? `exit code ${this.exit?.code ?? "unknown"}`;
    return new Error(`${this.name} ended (${how}) ${when}\n${this.tail()}`);
  }

  /** Sends a signal to the process; does nothing when it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.exit === undefined) this.child.kill(signal);
  }

  /** Kills the process and its children at once, as a crash or a lost machine would. */
  async kill(): Promise<void> {
    if (this.exit === undefined) {
      try {
        process.kill(-this.pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
    await this.ended;
  }

  /** SIGTERM, and SIGKILL when it has not ended after `graceMs`. */
  async stop(graceMs = 30_000): Promise<Exit> {
    this.signal("SIGTERM");
    const timer = setTimeout(() => void this.kill(), graceMs);
    const exit = await this.ended;
    clearTimeout(timer);
    return exit;
  }

  /** Like `waitUntil`, but fails at once when the process ends, and shows its last lines when it fails. */
  async waitUntil<T>(description: string, condition: () => Promise<T> | T, options: WaitOptions = {}) {
    return waitUntil(
      `${this.name}: ${description}`,
      async () => {
        if (this.exit !== undefined) throw new GiveUp(this.endedError(`before: ${description}`));
        if (this.child.pid === undefined) await this.ended;
        return condition();
      },
      { context: () => this.tail(), ...options },
    );
  }

  /** Like `waitUntil`, for the condition that says it is up: when that never comes true, the process is killed. */
  async untilReady(description: string, condition: () => Promise<boolean>, options: WaitOptions = {}): Promise<void> {
    try {
      await this.waitUntil(description, condition, options);
    } catch (error) {
      await this.kill().catch(() => undefined);
      throw error;
    }
  }

  usage(): ResourceUsage {
    return resourceUsage(this.pid);
  }
}

let knownTicks: number | undefined;

/** The unit in which `/proc` counts processor time. */
export function ticksPerSecond(): number {
  knownTicks ??= Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout) || 100;
  return knownTicks;
}

/** Reads the usage of any process of this machine (Linux only). */
export function resourceUsage(pid: number): ResourceUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold blanks; utime and stime are fields 14 and 15, counted from 1 and the pid.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond(),
    kernelSeconds: Number(fields[12]) / ticksPerSecond(),
    residentMb: megabytes("VmRSS"),
    peakResidentMb: megabytes("VmHWM"),
  };
}

/** Starts the peak of a process anew, so that the next reading is about what happens from here on. */
export function resetPeak(pid: number): void {
  const file = openSync(`/proc/${pid}/clear_refs`, "w");
  try {
    writeSync(file, "5");
  } finally {
    closeSync(file);
  }
}

/** Runs a command to its end and returns what it prints; the error has its last lines. */
export async function runCommand(options: ProcessOptions, deadlineMs = 600_000): Promise<string> {
  const owned = new OwnedProcess(options);
  const timer = setTimeout(() => void owned.kill(), deadlineMs);
  const exit = await owned.ended;
  clearTimeout(timer);
  if (exit.code !== 0) {
    throw new Error(`${options.name}: ${options.command} ended with ${exit.signal ?? exit.code}\n${owned.tail()}`);
  }
  return owned.log();
}

/** Whether a program of this name is on the PATH. */
export function hasCommand(command: string): boolean {
  return spawnSync("sh", ["-c", `command -v "$1"`, "sh", command], { stdio: "ignore" }).status === 0;
}
