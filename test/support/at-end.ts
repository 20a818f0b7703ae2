const endings: (() => Promise<void>)[] = [];

/** Has `stop` run once all tests of this mocha process are done; the last registered comes first. */
export function atEndOfTests(stop: () => Promise<void>): void {
  endings.push(stop);
}

/** Stops everything registered. */
export async function endTests(): Promise<void> {
  for (const stop of endings.splice(0).reverse()) await stop();
}
