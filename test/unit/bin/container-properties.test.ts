import assert from "node:assert/strict";
import { propertiesFromEnvironment } from "../../../bin/container-properties.js";

describe("propertiesFromEnvironment()", () => {
  it("propertiesFromEnvironment() takes CONNECT_ variables alone", () => {
    assert.equal(
      propertiesFromEnvironment({
        PATH: "/bin",
        CONNECT_LOG4J_ROOT_LOGLEVEL: "DEBUG",
        CONNECT_BOOTSTRAP_SERVERS: "a:1,b:2",
        CONNECT: "x",
        CONNECT_: "y",
      }),
      "bootstrap.servers=a:1,b:2\n",
    );
  });

  it("propertiesFromEnvironment() reads one, two and three underscores as dot, dash and underscore", () => {
    assert.equal(propertiesFromEnvironment({ CONNECT_A_B__C___D: "v" }), "a.b-c_d=v\n");
  });

  it("propertiesFromEnvironment() escapes what a properties file would take for something else", () => {
    const value = "  C:\\keys\nnext\r é 🍵 \\";
    assert.equal(
      propertiesFromEnvironment({ CONNECT_X: value }),
      "x=\\  C:\\\\keys\\nnext\\r \\u00e9 \\ud83c\\udf75 \\\\\n",
    );
  });
});
