import { appendFileSync } from "node:fs";
import Mocha from "mocha";

/** Mocha's `spec` reporter, which also leaves a line `<passed> <failed> <pending>` in the file `SLUICE_TEST_TOTALS`. */
class TotalsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env["SLUICE_TEST_TOTALS"];
      const { passes, failures, pending } = this.stats;
      if (file !== undefined) appendFileSync(file, `${passes} ${failures} ${pending}\n`);
    });
  }
}

// Mocha asks for a reporter with `require`, which gives what an ES module exports under this name.
export { TotalsReporter as "module.exports" };
