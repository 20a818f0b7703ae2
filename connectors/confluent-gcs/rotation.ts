import { asConnectError } from "../../runtime/api/index.js";
import type { ConnectError } from "../../runtime/api/index.js";
import type { OpenFile } from "./open-file.js";

/** Why not all files of a rotation are visible, and where to read again. */
export interface RotationFailure {
  readonly error: ConnectError;
  /** The first offset to read again. */
  readonly startOffset: number;
}

export interface RotationOptions {
  /** True where objects that are there already are left alone. */
  readonly keepsExisting: boolean;
  /** True once no file may become visible any more. */
  readonly isEnded: () => boolean;
  /** The offset to go on at when a file's name is taken. */
  readonly freeStart: (file: OpenFile) => Promise<number>;
  readonly onWritten: (written: { readonly count: number; readonly bytes: number }) => void;
}

/** Files that are finished side by side: each is at least one request. */
const LANES = 8;

/**
 * Makes files visible; what is not made visible is dropped. Never rejects. Where objects are replaced, all records of the rotation
 * are read again after a failure, those of visible files too: only so the same files come about. Where they are not, files are
 * finished one after the other, as the original does, and reading goes on at the first that is missing.
 */
export async function commitFiles(
  files: readonly OpenFile[],
  { keepsExisting, isEnded, freeStart, onWritten }: RotationOptions,
): Promise<RotationFailure | null> {
  const waiting = [...files];
  const missing = new Map<OpenFile, ConnectError | null>();
  const finishAll = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      try {
        if (missing.size === 0 && !isEnded()) {
          onWritten(await file.finish());
          continue;
        }
        missing.set(file, null);
      } catch (cause) {
        missing.set(file, asConnectError(cause));
      }
      await file.abandon();
    }
  };
  await Promise.all(Array.from({ length: keepsExisting ? 1 : LANES }, finishAll));
  const error = [...missing.values()].find((each) => each !== null);
  if (error === undefined) return null;
  if (!keepsExisting) return { error, startOffset: Math.min(...files.map((file) => file.startOffset)) };
  const starts: number[] = [];
  for (const [file, reason] of missing)
    starts.push(reason?.kind === "already-exists" ? await freeStart(file) : file.startOffset);
  return { error, startOffset: Math.min(...starts) };
}
