/** `params` of the option `(confluent.field_meta)`. */
export function fieldMeta(options: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!Array.isArray(options)) return found;
  for (const option of options as Readonly<Record<string, unknown>>[]) {
    const meta = option["(confluent.field_meta)"] as { readonly params?: unknown } | undefined;
    const params = meta?.params;
    for (const each of Array.isArray(params) ? params : [params]) {
      const { key, value } = (each ?? {}) as { readonly key?: unknown; readonly value?: unknown };
      if (typeof key === "string") found.set(key, typeof value === "string" ? value : JSON.stringify(value));
    }
  }
  return found;
}
