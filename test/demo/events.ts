/** An event of the demo's shop; the partition is chosen here, so that the check knows where each one is. */
export interface ShopEvent {
  readonly partition: number;
  readonly key: string;
  readonly value: unknown;
}

const customers = [
  { name: "Anaïs Lefèvre", city: "Besançon", country: "FR" },
  { name: "Jürgen Groß", city: "Köln", country: "DE" },
  { name: "山田 花子", city: "京都市", country: "JP" },
  { name: "Łukasz Żak", city: "Łódź", country: "PL" },
  { name: "أمينة حسن", city: "القاهرة", country: "EG" },
  { name: "Siobhán O'Neill", city: "Gaillimh", country: "IE" },
];

const products = [
  { sku: "TEA-SENCHA-100", title: "煎茶 Sencha, 100 g", cents: 1290 },
  { sku: "CUP-BLUE", title: "Tasse “Blau” ☕", cents: 890 },
  { sku: "POT-1L", title: 'Teapot 1 l, 7" high', cents: 4500 },
  { sku: "FILTER-50", title: "Filtres\tpapier × 50", cents: 349 },
];

const pages = ["/", "/search?q=th%C3%A9", "/product/CUP-BLUE", "/cart", "/checkout"];

/** One order for three clicks, spread evenly over the partitions, the same on every run. */
export function shopEvents(count: number, partitions: number): ShopEvent[] {
  const startMs = Date.UTC(2026, 2, 14, 9, 0, 0);
  return Array.from({ length: count }, (_, id) => {
    const customer = customers[id % customers.length];
    const at = new Date(startMs + id * 37).toISOString();
    const value = id % 4 === 0 ? order(id, at, customer) : click(id, at, customer?.country);
    return { partition: id % partitions, key: `customer-${id % 500}`, value };
  });
}

function order(id: number, at: string, customer: unknown): unknown {
  const items = products
    .filter((_, index) => (id >> (index + 2)) % 2 === 0)
    .map((product, index) => ({ ...product, quantity: ((id + index) % 3) + 1 }));
  const cents = items.reduce((sum, item) => sum + item.cents * item.quantity, 0);
  return {
    type: "order",
    id,
    at,
    customer,
    items,
    total: { amount: cents / 100, currency: "EUR" },
    voucher: id % 20 === 0 ? "WELCOME-10" : null,
    reference: `2026/${String(id).padStart(7, "0")}`,
  };
}

function click(id: number, at: string, country: string | undefined): unknown {
  return {
    type: "click",
    id,
    at,
    page: pages[id % pages.length],
    session: { id: `s-${id % 997}`, country, tags: id % 5 === 0 ? [] : ["web", "🍵"], mobile: id % 2 === 0 },
    durationMs: (id * 31) % 60_000,
  };
}
