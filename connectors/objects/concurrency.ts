/** Calls `work` for all items, at most `limit` at a time. Waits for all that were begun; throws the first error. */
export async function forEachLimited<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const all = [...items];
  let at = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (at < all.length && !failed) {
      try {
        await work(all[at++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, all.length) }, worker));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
