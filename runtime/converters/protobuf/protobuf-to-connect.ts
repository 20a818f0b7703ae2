import type { OneOf, Type } from "protobufjs";
import { ConnectError, inHashMapOrder, Schema, Struct, type SchemaOptions, type SchemaType } from "../../api/index.js";
import { fieldMeta } from "./field-meta.js";
import { LOGICAL_TYPES } from "./logical-messages.js";
import { MessagePlans, type FieldPlan, type MessagePlan, type RawMessage } from "./message-plan.js";

/** How `ProtobufDataConfig` says that messages become Connect data. */
export interface ToConnectOptions {
  readonly enhanced: boolean;
  readonly generalizedSumTypes: boolean;
  readonly intForEnums: boolean;
  readonly optionalForNullables: boolean;
  readonly optionalForProto2: boolean;
  readonly wrapperForNullables: boolean;
  readonly wrapperForRawPrimitives: boolean;
  readonly indexForUnions: boolean;
  readonly flattenUnions: boolean;
}

/** A message type as Connect sees it. */
export interface ConnectMessage {
  readonly schema: Schema;
  readonly plan: MessagePlan;
  read(message: RawMessage): unknown;
}

/** A schema, and how a value that is set is read as such. */
interface Reading {
  readonly schema: Schema;
  readonly read: (raw: unknown) => unknown;
}

interface StructField {
  readonly name: string;
  readonly schema: Schema;
  /** Gives null for what is not set. */
  readonly of: (message: RawMessage) => unknown;
}

/** A message type that was met: its fields are known once it is read whole. */
interface MetMessage {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  fields: readonly StructField[];
  isOpen: boolean;
}

const NAMESPACE = "io.confluent.connect.protobuf";
const TAG = `${NAMESPACE}.Tag`;
const GENERALIZED = "org.apache.kafka.connect.data";

const SCALAR_TYPES: Readonly<Record<string, SchemaType>> = {
  ...{ int32: "INT32", sint32: "INT32", sfixed32: "INT32" },
  ...{ uint32: "INT64", fixed32: "INT64", int64: "INT64", uint64: "INT64", sint64: "INT64", fixed64: "INT64" },
  ...{ sfixed64: "INT64", float: "FLOAT32", double: "FLOAT64", bool: "BOOLEAN", string: "STRING", bytes: "BYTES" },
};

const WRAPPERS = new Set(
  ["Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes"].map(
    (name) => `.google.protobuf.${name}Value`,
  ),
);

/** Connect schemas of the messages of one file, as `ProtobufData.toConnectSchema` makes them (schema registry 7.9). */
export class ConnectMessages {
  private readonly plans = new MessagePlans();
  private met = new Map<Type, MetMessage>();

  constructor(private readonly options: ToConnectOptions) {}

  /** `version` is the registry's, null for none. Throws ConnectError `data`. */
  of(type: Type, version: number | null): ConnectMessage {
    this.met = new Map();
    const plan = this.plans.of(type);
    const value = plan.fields[0];
    if (this.options.wrapperForRawPrimitives && WRAPPERS.has(type.fullName) && value !== undefined) {
      const { schema } = this.scalar(value, { version });
      return { schema, plan, read: (message) => message[value.slot] ?? defaultOf(value) };
    }
    const { schema, read } = this.struct(type, { version }, new Map());
    return { schema, plan, read };
  }

  private struct(type: Type, options: SchemaOptions, parameters: ReadonlyMap<string, string>): Reading {
    const found = this.met.get(type);
    if (found === undefined) {
      const name = this.options.enhanced ? type.fullName.slice(1) : type.name;
      const met: MetMessage = { name, parameters, fields: [], isOpen: true };
      this.met.set(type, met);
      met.fields = this.structFields(this.plans.of(type));
      met.isOpen = false;
      return structReading(met, options, parameters);
    }
    // What the first one was told is seen through the later ones.
    return structReading(found, options, new Map([...found.parameters, ...parameters]));
  }

  private structFields(plan: MessagePlan): StructField[] {
    const ofField = new Map(plan.fields.map((each) => [each.field, each]));
    const unions: StructField[] = [];
    const oneofs = (plan.type?.oneofsArray ?? []).filter((oneof) => !oneof.isProto3Optional);
    const plain = plan.fields.filter(({ field }) => field.partOf === null || field.partOf.isProto3Optional);
    for (const [index, oneof] of oneofs.entries()) {
      const members = oneof.fieldsArray.map((field) => ofField.get(field)).filter((each) => each !== undefined);
      if (this.options.flattenUnions) unions.push(...members.map((member) => this.member(member)));
      else unions.push(this.union(oneof, index, members));
    }
    return [...unions, ...plain.map((each) => this.field(each))];
  }

  private union(oneof: OneOf, index: number, members: readonly FieldPlan[]): StructField {
    const fields = members.map((member) => this.member(member));
    const fullName = this.options.enhanced ? oneof.fullName.slice(1) : oneof.name;
    const schema = new Schema("STRUCT", {
      optional: true,
      fields,
      ...(this.options.generalizedSumTypes
        ? { name: oneof.name, parameters: new Map([[`${GENERALIZED}.Union`, oneof.name]]) }
        : { name: `${NAMESPACE}.Union.${fullName}` }),
    });
    return {
      name: this.options.indexForUnions ? `${oneof.name}_${index}` : oneof.name,
      schema,
      of: (message) => {
        const values = fields.map((field) => field.of(message));
        return values.every((value) => value === null) ? null : new Struct(schema, values);
      },
    };
  }

  /** A member of a oneof: null unless it is the one that is set. */
  private member(plan: FieldPlan): StructField {
    const { schema, read } = this.reading(plan);
    const of = (message: RawMessage): unknown => (message[plan.slot] === undefined ? null : read(message[plan.slot]));
    return { name: plan.field.name, schema, of };
  }

  private field(plan: FieldPlan): StructField {
    const { schema, read } = this.reading(plan);
    const isNullable = !plan.repeated && (plan.kind === "message" || this.hasOptionalKeyword(plan, true));
    const absent = plan.repeated ? [] : isNullable ? undefined : defaultOf(plan);
    const of = (message: RawMessage): unknown => {
      const raw = message[plan.slot] ?? absent;
      return raw === undefined ? null : read(raw);
    };
    return { name: plan.field.name, schema, of };
  }

  /** Proto3's `optional`, or proto2's where that counts. */
  private hasOptionalKeyword({ field }: FieldPlan, isValue: boolean): boolean {
    if (field.options?.["proto3_optional"] === true) return true;
    if (isValue && !this.options.optionalForProto2) return false;
    return (
      field.partOf === null && field.hasPresence && !field.required && field.options?.["proto3_optional"] === undefined
    );
  }

  private reading(plan: FieldPlan): Reading {
    const tag = new Map([[TAG, String(plan.number)]]);
    const isMessage = plan.kind === "message" || plan.kind === "enum";
    const byKeyword = this.options.optionalForNullables
      ? plan.kind !== "message" && this.hasOptionalKeyword(plan, false)
      : !this.options.wrapperForNullables;
    if (!plan.repeated) return this.single(plan, { optional: isMessage || byKeyword }, tag);
    const entry = mapEntryOf(plan);
    if (entry !== null) return this.map(plan, entry, tag);
    const item = this.single(plan, { optional: true }, new Map());
    return {
      schema: new Schema("ARRAY", { valueSchema: item.schema, optional: true, parameters: tag }),
      read: (raw) => (raw as unknown[]).map(item.read),
    };
  }

  private single(plan: FieldPlan, options: SchemaOptions, parameters: ReadonlyMap<string, string>): Reading {
    if (plan.kind === "scalar") return this.scalar(plan, options, parameters);
    if (plan.kind === "enum") return this.enumeration(plan, options, parameters);
    const message = plan.message!();
    const type = message.type!;
    const logical = LOGICAL_TYPES.get(type.fullName);
    if (logical !== undefined) {
      const schema = logical.schema(plan.field, { ...options, parameters });
      return { schema, read: (raw) => logical.read(raw as RawMessage, message) };
    }
    const value = message.fields[0];
    if (this.options.wrapperForNullables && WRAPPERS.has(type.fullName) && value !== undefined) {
      const { schema } = this.scalar(value, options, parameters);
      return { schema, read: (raw) => (raw as RawMessage)[value.slot] ?? defaultOf(value) };
    }
    return this.struct(type, options, parameters);
  }

  private scalar(
    plan: FieldPlan,
    options: SchemaOptions,
    parameters: ReadonlyMap<string, string> = new Map(),
  ): Reading {
    const type = SCALAR_TYPES[plan.typeName] ?? "STRING";
    const connectType = fieldMeta(plan.field.parsedOptions).get("connect.type");
    if (type === "INT32" && (connectType === "int8" || connectType === "int16")) {
      const bits = connectType === "int8" ? 24 : 16;
      const schema = new Schema(bits === 24 ? "INT8" : "INT16", withParameters(options, parameters));
      return { schema, read: (raw) => ((raw as number) << bits) >> bits };
    }
    const isPlain = !["INT32", "INT64"].includes(type) || plan.typeName === "int32" || plan.typeName === "int64";
    const all = isPlain ? parameters : new Map([[`${NAMESPACE}.Type`, plan.typeName], ...parameters]);
    return { schema: new Schema(type, withParameters(options, all)), read: (raw) => raw };
  }

  private enumeration(plan: FieldPlan, options: SchemaOptions, own: ReadonlyMap<string, string>): Reading {
    const type = plan.field.resolvedType!;
    const parameter = this.options.generalizedSumTypes ? `${GENERALIZED}.Enum` : `${NAMESPACE}.Enum`;
    const parameters = new Map([[parameter, type.name]]);
    const { values } = type as unknown as { readonly values: Readonly<Record<string, number>> };
    for (const [symbol, number] of Object.entries(values)) parameters.set(`${parameter}.${symbol}`, String(number));
    for (const [key, value] of own) parameters.set(key, value);
    const name = this.options.enhanced ? type.fullName.slice(1) : type.name;
    if (this.options.intForEnums)
      return { schema: new Schema("INT32", { ...options, name, parameters }), read: (raw) => raw };
    const symbolOf = (raw: unknown): string =>
      plan.symbols?.get(raw as number) ?? `UNKNOWN_ENUM_VALUE_${type.name}_${String(raw)}`;
    return { schema: new Schema("STRING", { ...options, name, parameters }), read: symbolOf };
  }

  private map(plan: FieldPlan, entry: MessagePlan, parameters: ReadonlyMap<string, string>): Reading {
    const [key, value] = entry.type === null ? entry.fields : ["key", "value"].map((name) => named(entry, name));
    if (key === undefined || value === undefined)
      throw new ConnectError("data", "Map entries must have a key and a value");
    const [keys, values] = [this.reading(key), this.reading(value)];
    const member = (raw: RawMessage, from: FieldPlan, { read }: Reading): unknown => {
      const set = raw[from.slot] ?? (from.kind === "message" ? [] : defaultOf(from));
      return read(set);
    };
    return {
      schema: new Schema("MAP", {
        name: mapName(plan, entry, this.options.enhanced),
        keySchema: keys.schema,
        valueSchema: values.schema,
        optional: true,
        parameters,
      }),
      read: (raw) => {
        const result = new Map<unknown, unknown>();
        for (const item of raw as RawMessage[]) result.set(member(item, key, keys), member(item, value, values));
        return inHashMapOrder(result);
      },
    };
  }
}

function structReading(met: MetMessage, options: SchemaOptions, parameters: ReadonlyMap<string, string>): Reading {
  // Of a message that holds itself the fields are asked for later.
  const fields = met.isOpen ? (): readonly StructField[] => met.fields : met.fields;
  const schema = new Schema("STRUCT", { ...withParameters(options, parameters), name: met.name, fields });
  return {
    schema,
    read: (raw) =>
      new Struct(
        schema,
        met.fields.map((field) => field.of(raw as RawMessage)),
      ),
  };
}

function withParameters(options: SchemaOptions, parameters: ReadonlyMap<string, string>): SchemaOptions {
  return parameters.size === 0 ? options : { ...options, parameters };
}

/** The entry of a map, or of what Confluent's converter takes for one by its name. */
function mapEntryOf(plan: FieldPlan): MessagePlan | null {
  const message = plan.message?.();
  if (message === undefined) return null;
  if (message.type === null) return message;
  const isEntry =
    message.type.name.endsWith("Entry") &&
    message.fields.map(({ field }) => field.name).join() === "key,value" &&
    message.fields.every((each) => !each.repeated);
  return isEntry ? message : null;
}

function named(plan: MessagePlan, name: string): FieldPlan | undefined {
  return plan.fields.find(({ field }) => field.name === name);
}

/** The entry's name, made from the field's, as a field's name again: `fooBar` becomes `foo_bar`. */
function mapName({ field }: FieldPlan, { type }: MessagePlan, isFull: boolean): string {
  const camel = (name: string): string =>
    name.includes("_")
      ? name
          .split("_")
          .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
          .join("")
      : name;
  const entry = type?.name.slice(0, -"Entry".length) ?? camel(field.name);
  const parent = (type ?? field).parent?.fullName.slice(1) ?? "";
  const full = isFull && parent !== "" ? `${parent}.${entry}` : entry;
  return full.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

/** The value of a field that is not set. */
function defaultOf(plan: FieldPlan): unknown {
  const { field, kind, symbols } = plan;
  if (kind === "enum") return field.typeDefault ?? symbols?.keys().next().value ?? 0;
  const type = plan.typeName;
  const value: unknown = field.typeDefault;
  switch (SCALAR_TYPES[type]) {
    case "STRING":
      return typeof value === "string" ? value : "";
    case "BOOLEAN":
      return value === true;
    case "BYTES":
      return value instanceof Uint8Array ? value : new Uint8Array(0);
    case "INT64": {
      const exact = BigInt.asIntN(64, BigInt((value as { toString(): string } | null)?.toString() ?? 0));
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    }
    default:
      return typeof value === "number" ? value : 0;
  }
}
