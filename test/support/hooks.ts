import { endTests } from "./at-end.js";

/** Mocha loads this file first: what the tests of a process share is stopped after the last of them. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000);
    await endTests();
  },
};
