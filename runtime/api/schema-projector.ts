import { ConnectError } from "./errors.js";
import { deepEquals } from "./equality.js";
import { javaToString } from "./java-text.js";
import type { Schema } from "./schema.js";
import { hasDefault, Struct } from "./struct.js";

const PROMOTION_ORDER = ["INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64"];

/**
 * A value of schema `source` as a value of schema `target`: fields dropped, added by default, numbers widened. Rules and texts
 * of `org.apache.kafka.connect.data.SchemaProjector`. Throws ConnectError `data` where the schemas are incompatible.
 */
export function project(source: Schema, value: unknown, target: Schema): unknown {
  checkMaybeCompatible(source, target);
  if (source.optional && !target.optional && !hasDefault(target))
    throw projectionError("Writer schema is optional, however, target schema does not provide a default value.");
  if (value === null) return source.optional && !target.optional ? target.defaultValue : null;
  switch (target.type) {
    case "STRUCT":
      return projectStruct(source, value as Struct, target);
    case "ARRAY":
      return (value as unknown[]).map((item) => project(source.valueSchema!, item, target.valueSchema!));
    case "MAP": {
      const result = new Map<unknown, unknown>();
      for (const [key, item] of value as Map<unknown, unknown>)
        result.set(
          project(source.keySchema!, key, target.keySchema!),
          project(source.valueSchema!, item, target.valueSchema!),
        );
      return result;
    }
    default:
      return widen(value, target);
  }
}

/** Integers become floats in the target's precision; other promotions keep the value. */
function widen(value: unknown, target: Schema): unknown {
  if (typeof value === "bigint" && (target.type === "FLOAT32" || target.type === "FLOAT64")) value = Number(value);
  return typeof value === "number" && target.type === "FLOAT32" ? Math.fround(value) : value;
}

function projectStruct(source: Schema, value: Struct, target: Schema): Struct {
  const result = new Struct(target);
  for (const field of target.fields) {
    const from = source.field(field.name);
    if (from !== undefined) {
      try {
        result.put(field, project(from.schema, value.get(from), field.schema));
      } catch (cause) {
        if (cause instanceof ConnectError && cause.javaClass === PROJECTION_ERROR)
          throw projectionError(`Error projecting ${from.name}`, cause);
        throw cause;
      }
    } else if (!field.schema.optional) {
      if (!hasDefault(field.schema))
        throw projectionError(`Required field \`${field.name}\` is missing from source schema: ${source.toString()}`);
      result.put(field, field.schema.defaultValue);
    }
  }
  return result;
}

function checkMaybeCompatible(source: Schema, target: Schema): void {
  if (source.type !== target.type && !isPromotable(source, target))
    throw projectionError(`Schema type mismatch. source type: ${source.type} and target type: ${target.type}`);
  if (source.name !== target.name)
    throw projectionError(
      `Schema name mismatch. source name: ${String(source.name)} and target name: ${String(target.name)}`,
    );
  if (!deepEquals(source.parameters, target.parameters))
    throw projectionError(
      `Schema parameters not equal. source parameters: ${javaToString(source.parameters)} and target parameters: ${javaToString(target.parameters)}`,
    );
}

function isPromotable(source: Schema, target: Schema): boolean {
  const from = PROMOTION_ORDER.indexOf(source.type);
  return from >= 0 && PROMOTION_ORDER.indexOf(target.type) >= from;
}

const PROJECTION_ERROR = "org.apache.kafka.connect.errors.SchemaProjectorException";

function projectionError(message: string, cause?: unknown): ConnectError {
  return new ConnectError("data", message, { javaClass: PROJECTION_ERROR, cause });
}
