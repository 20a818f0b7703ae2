import { CODEC_IDS, type ParquetCodec } from "./page-compression.js";
import type { RawPage } from "./column-chunk.js";
import type { Annotation, LeafColumn, SchemaElement } from "./plan.js";
import type { Bounds } from "./statistics.js";
import { ThriftWriter } from "./thrift.js";

/** Parquet's page headers and footer. Field numbers are those of parquet-format's parquet.thrift. */

const Encoding = { plain: 0, rle: 3, rleDictionary: 8 } as const;
const REPETITIONS = { required: 0, optional: 1, repeated: 2 } as const;

/** Where a finished column chunk lies in the file, and what is in it. */
export interface ChunkMetadata {
  readonly column: LeafColumn;
  readonly valueCount: number;
  readonly nullCount: number;
  readonly bounds: Bounds | null;
  /** Page headers included. */
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  readonly dictionaryOffset: number | null;
  readonly dataOffset: number;
  readonly usedDictionary: boolean;
}

export interface RowGroupMetadata {
  readonly chunks: readonly ChunkMetadata[];
  readonly rowCount: number;
  readonly startOffset: number;
}

export interface FileMetadata {
  readonly elements: readonly SchemaElement[];
  readonly rowGroups: readonly RowGroupMetadata[];
  readonly codec: ParquetCodec;
  readonly keyValues: readonly (readonly [key: string, value: string])[];
  readonly createdBy: string;
}

/** `crc` is the CRC-32 of the compressed bytes. */
export function encodePageHeader(page: RawPage, compressedBytes: number, crc: number): Buffer {
  const out = new ThriftWriter();
  out.i32(1, page.kind === "data" ? 0 : 2);
  out.i32(2, page.bytes.length);
  out.i32(3, compressedBytes);
  out.i32(4, crc | 0);
  if (page.kind === "data") {
    out.struct(5, () => {
      out.i32(1, page.valueCount);
      out.i32(2, page.dictionaryEncoded ? Encoding.rleDictionary : Encoding.plain);
      out.i32(3, Encoding.rle);
      out.i32(4, Encoding.rle);
    });
  } else {
    out.struct(7, () => {
      out.i32(1, page.valueCount);
      out.i32(2, Encoding.plain);
    });
  }
  return out.finish();
}

export function encodeFooter(file: FileMetadata): Buffer {
  const out = new ThriftWriter();
  out.i32(1, 1);
  out.structs(2, file.elements, (element) => {
    writeElement(out, element);
  });
  out.i64(
    3,
    file.rowGroups.reduce((total, group) => total + group.rowCount, 0),
  );
  out.structs(4, file.rowGroups, (group) => {
    writeRowGroup(out, group, file.codec);
  });
  out.structs(5, file.keyValues, ([key, value]) => {
    out.binary(1, key);
    out.binary(2, value);
  });
  out.binary(6, file.createdBy);
  // One TypeDefinedOrder for each column: the bounds follow the type's own order.
  out.structs(7, file.rowGroups[0]?.chunks ?? [], () => {
    out.struct(1, () => undefined);
  });
  return out.finish();
}

function writeElement(out: ThriftWriter, element: SchemaElement): void {
  if (element.physicalType !== undefined) out.i32(1, element.physicalType);
  if (element.typeLength !== undefined) out.i32(2, element.typeLength);
  if (element.repetition !== null) out.i32(3, REPETITIONS[element.repetition]);
  out.binary(4, element.name);
  if (element.childCount !== undefined) out.i32(5, element.childCount);
  if (element.annotation === null) return;
  const { annotation } = element;
  const converted = convertedType(annotation);
  if (converted !== null) out.i32(6, converted);
  if (annotation.kind === "decimal") {
    out.i32(7, annotation.scale);
    out.i32(8, annotation.precision);
  }
  // Maps' inner groups have no logical type of their own.
  if (annotation.kind !== "map-key-value")
    out.struct(10, () => {
      writeLogicalType(out, annotation);
    });
}

/** `ConvertedType`, for readers older than logical types; null where none is equal. */
function convertedType(annotation: Annotation): number | null {
  switch (annotation.kind) {
    case "string":
      return 0;
    case "map":
      return 1;
    case "map-key-value":
      return 2;
    case "list":
      return 3;
    case "enum":
      return 4;
    case "decimal":
      return 5;
    case "date":
      return 6;
    case "time":
      return annotation.utc ? (annotation.unit === "millis" ? 7 : 8) : null;
    case "timestamp":
      return annotation.utc ? (annotation.unit === "millis" ? 9 : 10) : null;
  }
}

const LOGICAL_FIELDS = { string: 1, map: 2, list: 3, enum: 4, decimal: 5, date: 6, time: 7, timestamp: 8 } as const;

function writeLogicalType(out: ThriftWriter, annotation: Annotation): void {
  if (annotation.kind === "map-key-value") return;
  out.struct(LOGICAL_FIELDS[annotation.kind], () => {
    if (annotation.kind === "decimal") {
      out.i32(1, annotation.scale);
      out.i32(2, annotation.precision);
    } else if (annotation.kind === "time" || annotation.kind === "timestamp") {
      out.bool(1, annotation.utc);
      out.struct(2, () => {
        out.struct(annotation.unit === "millis" ? 1 : 2, () => undefined);
      });
    }
  });
}

function writeRowGroup(out: ThriftWriter, group: RowGroupMetadata, codec: ParquetCodec): void {
  out.structs(1, group.chunks, (chunk) => {
    out.i64(2, 0);
    out.struct(3, () => {
      writeChunk(out, chunk, codec);
    });
  });
  out.i64(
    2,
    group.chunks.reduce((total, chunk) => total + chunk.uncompressedBytes, 0),
  );
  out.i64(3, group.rowCount);
  out.i64(5, group.startOffset);
  out.i64(
    6,
    group.chunks.reduce((total, chunk) => total + chunk.compressedBytes, 0),
  );
}

function writeChunk(out: ThriftWriter, chunk: ChunkMetadata, codec: ParquetCodec): void {
  out.i32(1, chunk.column.physicalType);
  out.i32s(
    2,
    chunk.usedDictionary ? [Encoding.plain, Encoding.rle, Encoding.rleDictionary] : [Encoding.plain, Encoding.rle],
  );
  out.binaries(3, chunk.column.path);
  out.i32(4, CODEC_IDS[codec]);
  out.i64(5, chunk.valueCount);
  out.i64(6, chunk.uncompressedBytes);
  out.i64(7, chunk.compressedBytes);
  out.i64(9, chunk.dataOffset);
  if (chunk.dictionaryOffset !== null) out.i64(11, chunk.dictionaryOffset);
  out.struct(12, () => {
    out.i64(3, chunk.nullCount);
    if (chunk.bounds !== null) {
      out.binary(5, chunk.bounds.max);
      out.binary(6, chunk.bounds.min);
    }
  });
}
