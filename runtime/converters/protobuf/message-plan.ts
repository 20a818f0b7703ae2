import type { Field, MapField, Type } from "protobufjs";
import { decodeUtf8AsJava, isUtf8 } from "../../api/index.js";
import { checkDepth, invalidMessage, type WireInput } from "./wire-input.js";
import { protobufJs } from "./protobufjs.js";

/** The values of a message by the slots of its plan; undefined: not set. Repeated fields and maps are arrays. */
export type RawMessage = unknown[];

/** How to read one field. */
export interface FieldPlan {
  readonly field: Field;
  /** Number and type of the field; of a map's members, their own. */
  readonly number: number;
  readonly typeName: string;
  readonly slot: number;
  /** Of enums (numbers), messages and map entries ({@link RawMessage}). */
  readonly kind: "scalar" | "enum" | "message";
  readonly repeated: boolean;
  /** The message's plan; a map's entries have the slots 0 (key) and 1 (value). */
  readonly message: (() => MessagePlan) | null;
  /** Slots of the other members of its oneof. */
  readonly exclusive: readonly number[];
  readonly read: (input: WireInput) => unknown;
  readonly wireType: number;
  /** Names of an enum's values; a closed enum takes no others. */
  readonly symbols: ReadonlyMap<number, string> | null;
  readonly isClosed: boolean;
}

/** A message type, prepared for reading. */
export interface MessagePlan {
  readonly type: Type | null;
  readonly fields: readonly FieldPlan[];
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
}

interface Features {
  readonly _features?: { readonly utf8_validation?: string; readonly enum_type?: string };
}

type Reads = Readonly<Record<string, readonly [wireType: number, read: (input: WireInput) => unknown]>>;

const SCALARS: Reads = {
  int32: [0, (input) => input.int32()],
  uint32: [0, (input) => input.uint32()],
  sint32: [0, (input) => input.sint32()],
  fixed32: [5, (input) => input.fixed32()],
  sfixed32: [5, (input) => input.sfixed32()],
  int64: [0, (input) => input.int64()],
  uint64: [0, (input) => input.int64()],
  sint64: [0, (input) => input.sint64()],
  fixed64: [1, (input) => input.fixed64()],
  sfixed64: [1, (input) => input.fixed64()],
  float: [5, (input) => input.float()],
  double: [1, (input) => input.double()],
  bool: [0, (input) => input.bool()],
  bytes: [2, (input) => input.bytes()],
};

/** Plans of the message types of one schema, each made when first asked for. */
export class MessagePlans {
  private readonly known = new Map<Type, MessagePlan>();

  of(type: Type): MessagePlan {
    const found = this.known.get(type);
    if (found !== undefined) return found;
    const slots = new Map(type.fieldsArray.map((field, slot) => [field, slot]));
    const fields = type.fieldsArray.map((field, slot) => {
      const others = field.partOf?.fieldsArray.filter((other) => other !== field) ?? [];
      return field instanceof protobufJs().MapField
        ? this.map(field, slot)
        : this.field(
            field,
            slot,
            others.map((other) => slots.get(other) ?? slot),
          );
    });
    const plan = { type, fields, byNumber: new Map(fields.map((each) => [each.number, each])) };
    this.known.set(type, plan);
    return plan;
  }

  private field(field: Field, slot: number, exclusive: readonly number[]): FieldPlan {
    const { resolvedType, repeated } = field;
    const protobuf = protobufJs();
    const base = {
      field,
      number: field.id,
      typeName: field.type,
      slot,
      repeated,
      exclusive,
      message: null,
      symbols: null,
      isClosed: false,
    };
    if (resolvedType instanceof protobuf.Type) {
      const message = (): MessagePlan => this.of(resolvedType);
      return { ...base, kind: "message", message, wireType: field.delimited ? 3 : 2, read: () => null };
    }
    if (resolvedType instanceof protobuf.Enum) {
      const symbols = new Map(Object.entries(resolvedType.valuesById).map(([id, name]) => [Number(id), name]));
      const isClosed = (resolvedType as Features)._features?.enum_type === "CLOSED";
      return { ...base, kind: "enum", wireType: 0, read: (input) => input.int32(), symbols, isClosed };
    }
    return { ...base, kind: "scalar", ...scalar(field.type, isVerified(field)) };
  }

  /** Entries are messages of their own. */
  private map(field: MapField & Field, slot: number): FieldPlan {
    const value = { ...this.field(field, 1, []), number: 2, repeated: false };
    const key: FieldPlan = {
      ...{
        field,
        number: 1,
        typeName: field.keyType,
        slot: 0,
        repeated: false,
        message: null,
        exclusive: [],
        symbols: null,
        isClosed: false,
      },
      kind: "scalar",
      ...scalar(field.keyType, isVerified(field)),
    };
    const entry: MessagePlan = {
      type: null,
      fields: [key, value],
      byNumber: new Map([
        [1, key],
        [2, value],
      ]),
    };
    return {
      ...value,
      number: field.id,
      slot,
      kind: "message",
      repeated: true,
      message: () => entry,
      wireType: 2,
      exclusive: [],
    };
  }
}

function isVerified(field: Field): boolean {
  return (field as Features)._features?.utf8_validation === "VERIFY";
}

function scalar(type: string, isVerifiedText: boolean): Pick<FieldPlan, "wireType" | "read"> {
  if (type === "string") return { wireType: 2, read: isVerifiedText ? verifiedText : lenientText };
  const [wireType, read] = SCALARS[type] ?? [];
  if (wireType === undefined || read === undefined) throw invalidMessage(`Unknown Protobuf type ${type}`);
  return { wireType, read };
}

function verifiedText(input: WireInput): string {
  const bytes = Buffer.from(input.bytes().buffer);
  if (!isUtf8(bytes, 0, bytes.length)) throw invalidMessage("Protocol message had invalid UTF-8.");
  return bytes.toString("utf8");
}

function lenientText(input: WireInput): string {
  return decodeUtf8AsJava(input.bytes());
}

/** Reads [input.position, input.end) as a message. Throws ConnectError `data`. */
export function readMessage(plan: MessagePlan, input: WireInput): RawMessage {
  const message: RawMessage = [];
  readInto(message, plan, input, null, 0);
  return message;
}

/** Reads up to the end of the input or, of a group, to the end of the group that `start` began. */
function readInto(message: RawMessage, plan: MessagePlan, input: WireInput, start: number | null, depth: number): void {
  checkDepth(depth);
  while (start !== null || input.position < input.end) {
    const tag = input.tag();
    if ((tag & 7) === 4) {
      input.endGroup(tag, start ?? 0);
      break;
    }
    const field = plan.byNumber.get(tag >>> 3);
    if (field === undefined) input.skip(tag, depth);
    else readField(message, field, input, tag, depth);
  }
  checkRequired(message, plan);
}

function readField(message: RawMessage, plan: FieldPlan, input: WireInput, tag: number, depth: number): void {
  const wireType = tag & 7;
  if (wireType === plan.wireType) {
    if (plan.kind === "message") readChild(message, plan, input, tag, depth);
    else put(message, plan, plan.read(input));
  } else if (wireType === 2 && plan.repeated && plan.kind !== "message") {
    const end = input.end;
    input.end = input.endOfDelimited();
    while (input.position < input.end) put(message, plan, plan.read(input));
    input.end = end;
  } else input.skip(tag, depth);
}

/** A singular message that comes again is merged with what came before. */
function readChild(message: RawMessage, plan: FieldPlan, input: WireInput, tag: number, depth: number): void {
  const before = plan.repeated ? undefined : (message[plan.slot] as RawMessage | undefined);
  const child = before ?? [];
  const childPlan = plan.message!();
  if (plan.wireType === 3) readInto(child, childPlan, input, tag, depth + 1);
  else {
    const end = input.end;
    input.end = input.endOfDelimited();
    readInto(child, childPlan, input, null, depth + 1);
    input.end = end;
  }
  put(message, plan, child);
}

function put(message: RawMessage, plan: FieldPlan, value: unknown): void {
  if (plan.isClosed && plan.kind === "enum" && plan.symbols?.has(value as number) !== true) return;
  for (const slot of plan.exclusive) message[slot] = undefined;
  if (!plan.repeated) message[plan.slot] = value;
  else ((message[plan.slot] ??= []) as unknown[]).push(value);
}

function checkRequired(message: RawMessage, plan: MessagePlan): void {
  if (plan.type === null) return;
  for (const { field, slot } of plan.fields)
    if (field.required && message[slot] === undefined)
      throw invalidMessage(`Message missing required fields: ${field.name}`);
}
