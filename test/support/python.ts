import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, withCacheLock, writeAtomically } from "./folders.js";
import { hasCommand, runCommand } from "./process.js";

/** Packages that judge what we write: implementations of Avro, Parquet and the codecs that are not ours. */
const JUDGES = [
  "fastavro==1.13.1",
  "pyarrow==26.0.1",
  "duckdb==2.0.0",
  "cramjam==2.14.0",
  "zstandard==0.25.0",
  "backports.zstd==1.8.0",
  "pytz==2025.2",
];

let judges: Promise<string> | undefined;

/** The interpreter of a virtual environment with the judges, made once and kept in the cache. */
export function judgePython(): Promise<string> {
  return (judges ??= pythonWith(JUDGES));
}

/** The interpreter of a virtual environment that holds `requirements` (pip's `name==version`). */
export async function pythonWith(requirements: readonly string[]): Promise<string> {
  const digest = createHash("sha256").update(requirements.join("\n")).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), `python-${digest}`);
  const ready = join(folder, "ready");
  const python = join(folder, "bin", "python");
  if (existsSync(ready)) return python;
  if (!hasCommand("python3")) throw new Error("Python 3 (python3) is needed to judge objects; it is not on the PATH");
  await withCacheLock(`python-${digest}`, async () => {
    if (existsSync(ready)) return;
    rmSync(folder, { recursive: true, force: true });
    await runCommand({ name: "python venv", command: "python3", args: ["-m", "venv", folder] });
    await runCommand({
      name: "pip install",
      command: python,
      args: ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements],
    });
    writeAtomically(ready, "");
  });
  return python;
}
