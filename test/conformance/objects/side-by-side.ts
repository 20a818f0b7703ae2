/** Starts `work` for every name, so many at a time, in their order; gives the results by name as they come in. */
export function sideBySide<T>(
  names: readonly string[],
  concurrency: number,
  work: (name: string) => Promise<T>,
): Map<string, Promise<T>> {
  const results = new Map<string, Promise<T>>();
  const running = new Set<Promise<unknown>>();
  let turn = Promise.resolve<unknown>(null);
  for (const name of names) {
    const started = turn.then(async () => {
      while (running.size >= concurrency) await Promise.race(running);
      const result = work(name);
      const ended: Promise<unknown> = result.then(
        () => running.delete(ended),
        () => running.delete(ended),
      );
      running.add(ended);
      return { result };
    });
    turn = started;
    const result = started.then(async (one) => one.result);
    // Whoever asks for it sees the failure.
    result.catch(() => undefined);
    results.set(name, result);
  }
  return results;
}
