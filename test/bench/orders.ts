import avro from "avsc";

/** Orders as an application would write them, each different, with words of a note that fill it up to a fixed length. */

const words =
  "late paid gift urgent fragile signed return partial invoice pickup north depot evening north-west 2nd call".split(
    " ",
  );

/** The words differ from record to record, or compression would have nothing to do. */
function note(id: number, length: number): string {
  let text = "";
  let random = id + 1;
  while (text.length < length) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    text += `${words[(random >>> 16) % words.length] ?? ""} `;
  }
  return text.slice(0, length);
}

function amount(id: number): number {
  return ((id * 7919) % 1_000_000) / 100;
}

/** Whose order it is. */
export function customerOf(id: number): string {
  return `customer-${id % 50_000}`;
}

/** JSON of exactly `bytes` bytes; below 158, an order that has only an id and a note. */
export function jsonOrder(id: number, bytes: number): Buffer {
  const head =
    bytes < 158
      ? `{"id":${id},"n":"`
      : `{"orderId":${id},"customer":"${customerOf(id)}","amount":${amount(id).toFixed(2)},"currency":"EUR",` +
        `"placedAt":"2026-03-${String((id % 28) + 1).padStart(2, "0")}T12:00:00Z","note":"`;
  return Buffer.from(`${head}${note(id, bytes - head.length - 2)}"}`, "latin1");
}

/** Nine columns of the types that events mostly have. */
export const avroOrderSchema = {
  type: "record",
  name: "Order",
  namespace: "bench",
  fields: [
    { name: "orderId", type: "long" },
    { name: "customer", type: "int" },
    { name: "amount", type: "double" },
    { name: "currency", type: "string" },
    { name: "placedAt", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "express", type: "boolean" },
    { name: "discount", type: ["null", "float"], default: null },
    { name: "country", type: ["null", "string"], default: null },
    { name: "note", type: "string" },
  ],
} as const;

const orderType = avro.Type.forSchema(avroOrderSchema as unknown as avro.Schema);
const countries = ["DE", "FR", "ES", "IT", "NL", "PL", "SE", null];
const firstPlacedMs = Date.UTC(2026, 2, 1);

/** An order in Confluent's wire format: its head, then a datum of exactly `bytes` bytes. */
export function avroOrder(id: number, bytes: number, schemaId: number): Buffer {
  const order = {
    orderId: id,
    customer: id % 50_000,
    amount: amount(id),
    currency: "EUR",
    placedAt: firstPlacedMs + id * 17,
    express: id % 5 === 0,
    discount: id % 3 === 0 ? 0.25 : null,
    country: countries[id % countries.length] ?? null,
    note: "",
  };
  const message = Buffer.alloc(5 + bytes);
  message.writeInt32BE(schemaId, 1);
  // The length of a note below 64 takes one byte.
  order.note = note(id, 5 + bytes - orderType.encode(order, message, 5));
  if (orderType.encode(order, message, 5) !== message.length) throw new Error(`an order has no ${bytes} bytes`);
  return message;
}
