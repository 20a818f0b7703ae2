import { stopShared } from "./shared.js";

/** Mocha loads this file with `--require`: what the tests of a process share is stopped after the last of them. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopShared();
  },
};
