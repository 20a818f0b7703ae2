import { GcsEmulator } from "./gcs-emulator.js";
import { KafkaBroker } from "./kafka-broker.js";

/** Starts a broker and a storage emulator, says how tests find them, and keeps them until Ctrl-C. */
async function main(): Promise<void> {
  const [broker, emulator] = await Promise.all([KafkaBroker.start({ heapMb: 512 }), GcsEmulator.start()]);
  console.log(`export SLUICE_TEST_BOOTSTRAP=${broker.bootstrap()}`);
  console.log(`export SLUICE_TEST_GCS=${emulator.url}`);
  console.error("Kafka and the storage emulator are up; Ctrl-C stops them.");
  const keepAlive = setInterval(() => undefined, 60_000);
  const why = await new Promise<string>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve(signal);
      });
    }
    for (const owned of [broker.process, emulator.process]) {
      void owned?.ended.then((exit) => {
        resolve(`${owned.name} ended (${exit.signal ?? exit.code})`);
      });
    }
  });
  console.error(`Stopping: ${why}`);
  clearInterval(keepAlive);
  await emulator.stop();
  await broker.stop();
}

await main();
