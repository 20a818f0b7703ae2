import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { propertiesFromEnvironment } from "./container-properties.js";

/**
 * What a container runs: a worker in this very process, so that it gets the container's signals. Arguments are one of
 *   (none)                                  a distributed worker, configured by CONNECT_* variables
 *   <worker.properties>                     a distributed worker with this file
 *   connect-distributed <worker.properties>
 *   connect-standalone <worker.properties> [<connector.properties> ...]
 * CONNECT_* variables win over entries of the worker's file.
 */
const commands = ["connect-distributed", "connect-standalone"];

const args = process.argv.slice(2);
const command = commands.includes(args[0] ?? "") ? args.shift()! : "connect-distributed";
const [file, ...connectors] = args;
const fromEnvironment = propertiesFromEnvironment(process.env);
// A file that is not there is the worker's to complain about.
if (fromEnvironment !== "" && (file === undefined || existsSync(file))) {
  const fromFile = file === undefined ? "" : `${readFileSync(file, "latin1")}\n`;
  // Readable by this user alone: passwords may be among them.
  const merged = join(mkdtempSync(join(tmpdir(), "worker-")), "worker.properties");
  writeFileSync(merged, fromFile + fromEnvironment, { encoding: "latin1", mode: 0o600 });
  args.splice(0, args.length, merged, ...connectors);
}
process.argv = [process.execPath, join(import.meta.dirname, `${command}.js`), ...args];
await import(new URL(`./${command}.js`, import.meta.url).href);
