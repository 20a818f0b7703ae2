import { asConnectError, ConnectError } from "../../runtime/api/index.js";
import type { Schema, SinkBatch, SinkRecord } from "../../runtime/api/index.js";
import { OpenObject } from "../objects/object.js";
import type { ObjectSettings } from "../objects/object.js";
import type { FormatName } from "./config.js";
import { headersRecord, keyRecord } from "./side-records.js";

/** Settings of the objects that a file consists of. */
export interface FileSettings {
  readonly values: ObjectSettings;
  readonly keys: { readonly settings: ObjectSettings; readonly format: FormatName } | null;
  readonly headers: { readonly settings: ObjectSettings; readonly format: FormatName } | null;
}

export interface FileNames {
  readonly values: string;
  readonly keys: string;
  readonly headers: string;
}

/** A file of one directory: the object with the values, and where asked for, those with keys and headers. */
export class OpenFile {
  private readonly values: OpenObject;
  private readonly keys: OpenObject | null;
  private readonly headers: OpenObject | null;

  constructor(
    private readonly settings: FileSettings,
    names: FileNames,
    readonly directory: string,
    readonly startOffset: number,
    /** Schema of the first record. */
    readonly schema: Schema | null,
  ) {
    this.values = new OpenObject(settings.values, { name: names.values });
    this.keys = settings.keys === null ? null : new OpenObject(settings.keys.settings, { name: names.keys });
    this.headers =
      settings.headers === null ? null : new OpenObject(settings.headers.settings, { name: names.headers });
  }

  /** Many rows at once, without keys and headers. */
  appendRows(batch: SinkBatch, from: number, to: number): void {
    this.values.append(batch, from, to);
  }

  /** One record: the row of `batch`. Throws ConnectError; of kind `data` it left no trace. */
  append(batch: SinkBatch, row: number, single: (record: SinkRecord) => SinkBatch): void {
    const { keys, headers } = this.settings;
    const key = keys === null ? null : keyRecord(batch.record(row), keys.format);
    const header = headers === null ? null : headersRecord(batch.record(row), headers.format);
    this.values.append(batch, row, row + 1);
    try {
      if (key !== null) this.keys?.append(single(key), 0, 1);
      if (header !== null) this.headers?.append(single(header), 0, 1);
    } catch (error) {
      // The value is in already, so to pass over the record would set keys beside other records' values.
      throw new ConnectError("fatal", asConnectError(error).message, { cause: error });
    }
  }

  get sendableBytes(): number {
    return this.objects().reduce((total, object) => total + object.sendableBytes, 0);
  }

  async drain(all: boolean): Promise<void> {
    for (const object of this.objects()) if (all || object.needsDrain) await object.drain(all);
  }

  /** Makes the objects visible: values, keys, headers. Gives how many and their bytes. */
  async finish(): Promise<{ readonly count: number; readonly bytes: number }> {
    let bytes = 0;
    for (const object of this.objects()) bytes += (await object.finish()).sizeBytes;
    return { count: this.objects().length, bytes };
  }

  async abandon(): Promise<void> {
    for (const object of this.objects()) await object.abandon();
  }

  private objects(): readonly OpenObject[] {
    return [this.values, this.keys, this.headers].filter((object) => object !== null);
  }
}
