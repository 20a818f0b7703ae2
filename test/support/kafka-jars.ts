import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, projectFolder, temporaryFolder, withCacheLock, writeAtomically } from "./folders.js";
import { hasCommand, runCommand } from "./process.js";

/** The version tests run against unless they ask for another. */
export const kafkaVersion = "4.1.1";

const resolved = new Map<string, Promise<string>>();

/** The Java class path of Kafka's broker, Connect worker and tools, resolved by Maven once and then from the cache. */
export function kafkaClassPath(version = kafkaVersion): Promise<string> {
  const known = resolved.get(version) ?? resolveClassPath(version);
  resolved.set(version, known);
  return known;
}

async function resolveClassPath(version: string): Promise<string> {
  requireJava();
  const pom = readFileSync(join(projectFolder, "test", "support", "kafka-jars.pom.xml"));
  const digest = createHash("sha256").update(pom).digest("hex").slice(0, 12);
  const file = join(cacheFolder(), `kafka-${version}-${digest}.classpath`);
  return readClassPath(file) ?? (await withCacheLock("maven", () => askMaven(version, pom, file)));
}

/** Undefined when there is no such file yet, or a jar it names has gone. */
function readClassPath(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const classPath = readFileSync(file, "utf8");
  return classPath.split(":").every((jar) => existsSync(jar)) ? classPath : undefined;
}

async function askMaven(version: string, pom: Uint8Array, file: string): Promise<string> {
  const found = readClassPath(file);
  if (found !== undefined) return found;
  if (!hasCommand("mvn"))
    throw new Error("Maven (mvn) is needed once, to resolve Apache Kafka for the tests; it is not on the PATH");
  // A folder of its own: Maven must find no settings of the checkout, and writes nothing into it.
  const folder = temporaryFolder("maven");
  writeAtomically(join(folder, "pom.xml"), pom);
  const output = join(folder, "classpath");
  await runCommand({
    name: "maven",
    command: "mvn",
    cwd: folder,
    args: [
      "--batch-mode",
      "--quiet",
      `-Dkafka.version=${version}`,
      ...logBackend(version),
      `-Dmdep.outputFile=${output}`,
      "dependency:build-classpath",
    ],
  });
  writeAtomically(file, readFileSync(output, "utf8").trim());
  return readFileSync(file, "utf8");
}

/** Kafka 3 logs through reload4j, and its Connect worker lists that library's loggers; the pom's defaults are Kafka 4's. */
function logBackend(version: string): string[] {
  if (Number(version.split(".")[0]) >= 4) return [];
  return ["-Dlog.group=org.slf4j", "-Dlog.artifact=slf4j-reload4j", "-Dlog.version=1.7.36"];
}

export interface JavaOptions {
  readonly version?: string;
  /** -Xmx. */
  readonly heapMb?: number;
  /** More JVM flags, for example system properties. */
  readonly flags?: readonly string[];
  /** For a JVM that lives long and whose speed counts; others start faster with the first compiler alone. */
  readonly warm?: boolean;
}

/** The arguments of `java` that run one of Kafka's main classes. */
export async function javaArguments(
  mainClass: string,
  args: readonly string[],
  { version = kafkaVersion, heapMb = 256, flags = [], warm = false }: JavaOptions = {},
): Promise<string[]> {
  const tuning = warm ? ["-XX:+UseG1GC"] : ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  return [
    ...tuning,
    `-Xmx${heapMb}m`,
    "-Djava.awt.headless=true",
    ...loggingFlags(),
    ...flags,
    "-cp",
    await kafkaClassPath(version),
    mainClass,
    ...args,
  ];
}

/** Both log libraries read their own property only; logs go to standard output. */
function loggingFlags(): string[] {
  const folder = join(cacheFolder(), "logging");
  mkdirSync(folder, { recursive: true });
  const log4j2 = join(folder, "log4j2.properties");
  const reload4j = join(folder, "reload4j.properties");
  const pattern = "[%d] %p %m (%c)%n";
  if (!existsSync(log4j2)) {
    writeAtomically(
      log4j2,
      `status=error\nappender.out.type=Console\nappender.out.name=out\nappender.out.layout.type=PatternLayout\n` +
        `appender.out.layout.pattern=${pattern}\nrootLogger.level=INFO\nrootLogger.appenderRef.out.ref=out\n`,
    );
  }
  if (!existsSync(reload4j)) {
    writeAtomically(
      reload4j,
      `log4j.rootLogger=INFO,out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\n` +
        `log4j.appender.out.layout=org.apache.log4j.PatternLayout\nlog4j.appender.out.layout.ConversionPattern=${pattern}\n`,
    );
  }
  return [`-Dlog4j2.configurationFile=${log4j2}`, `-Dlog4j.configuration=file:${reload4j}`];
}

function requireJava(): void {
  if (!hasCommand("java"))
    throw new Error("Java 17 or newer (java) is needed to run Apache Kafka in tests; it is not on the PATH");
}
