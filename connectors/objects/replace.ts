import { ConnectError } from "../../runtime/api/index.js";
import type { ObjectStore, ObjectTarget, ObjectUpload, Precondition, StoredObject } from "./store.js";

/** What is done about an object of the same name that is there already. */
export type OnExisting =
  /** It is overwritten, on condition that nobody else overwrites it meanwhile. */
  | "replace"
  /** The upload fails with ConnectError `already-exists`. */
  | "refuse";

/** Makes an object in one request. */
export async function putObject(
  store: ObjectStore,
  target: ObjectTarget,
  body: readonly Buffer[],
  onExisting: OnExisting,
): Promise<StoredObject> {
  return whereAbsent(store, target.name, onExisting, (precondition) => store.put(target, body, precondition));
}

/** Starts an upload by sending its first chunk. */
export async function beginUpload(
  store: ObjectStore,
  target: ObjectTarget,
  firstChunk: readonly Buffer[],
  onExisting: OnExisting,
): Promise<ObjectUpload> {
  return whereAbsent(store, target.name, onExisting, async (precondition) => {
    const upload = store.begin(target, precondition);
    try {
      await upload.write(firstChunk);
    } catch (error) {
      await upload.abandon();
      throw error;
    }
    return upload;
  });
}

async function whereAbsent<T>(
  store: ObjectStore,
  name: string,
  onExisting: OnExisting,
  make: (precondition: Precondition) => Promise<T>,
): Promise<T> {
  try {
    return await make({ kind: "absent" });
  } catch (error) {
    if (onExisting === "refuse" || !isAlreadyExists(error)) throw error;
  }
  const existing = await store.stat(name);
  try {
    return await make(existing === null ? { kind: "absent" } : { kind: "generation", generation: existing.generation });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    throw new ConnectError("retriable", `Another writer is replacing object ${name}`, { cause: error });
  }
}

export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ConnectError && error.kind === "already-exists";
}
