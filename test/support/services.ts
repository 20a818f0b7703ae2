import { GcsEmulator } from "./gcs-emulator.js";
import { KafkaBroker } from "./kafka-broker.js";

/** Starts a broker and a storage emulator, says how tests find them, and keeps them until Ctrl-C. */
async function main(): Promise<void> {
  const [broker, emulator] = await Promise.all([KafkaBroker.start({ heapMb: 512 }), GcsEmulator.start()]);
  console.log(`export SLUICE_TEST_BOOTSTRAP=${broker.bootstrap()}`);
  console.log(`export SLUICE_TEST_GCS=${emulator.url}`);
  console.error("Kafka and the storage emulator are up; Ctrl-C stops them.");
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
    void broker.process?.ended.then(resolve);
    void emulator.process.ended.then(resolve);
  });
  clearInterval(keepAlive);
  await emulator.stop();
  await broker.stop();
}

await main();
