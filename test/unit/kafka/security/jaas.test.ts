import assert from "node:assert/strict";
import { parseJaas } from "../../../../runtime/kafka/security/jaas.js";

const PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";

describe("kafka/security/jaas", () => {
  it("parseJaas() reads module and options as vendors document them", () => {
    const event = "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=a+b/c==";
    assert.deepEqual(parseJaas(`${PLAIN} required username="$ConnectionString" password="${event}";`), {
      loginModule: PLAIN,
      options: { username: "$ConnectionString", password: event },
    });
    assert.deepEqual(parseJaas("software.amazon.msk.auth.iam.IAMLoginModule required;").options, {});
    const oauth = `o.OAuthBearerLoginModule required clientId='id' clientSecret="s" scope=a.b extension_logicalCluster="lkc-1";`;
    assert.deepEqual(parseJaas(oauth).options, {
      clientId: "id",
      clientSecret: "s",
      scope: "a.b",
      extension_logicalCluster: "lkc-1",
    });
  });

  it("parseJaas() takes line breaks, comments and flags in any case", () => {
    const text = `// who\n${PLAIN} /* always */ Required\n  username=alice # password="x";`;
    assert.throws(() => parseJaas(text), { message: "Value not specified for key 'null' in JAAS config" });
    const fine = `// who\n${PLAIN} /* always */ Required\n  username = alice\n\tpassword="p w" // secret\n;`;
    assert.deepEqual(parseJaas(fine).options, { username: "alice", password: "p w" });
  });

  it("parseJaas() resolves escapes in quoted values", () => {
    const options = parseJaas(String.raw`m required a="q\"q" b='\\' c="\101\n" d="it's" e='"';`).options;
    assert.deepEqual(options, { a: 'q"q', b: "\\", c: "A\n", d: "it's", e: '"' });
  });

  it("parseJaas() refuses what Java refuses, with its texts and without values", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["", "Login module not specified in JAAS config"],
      ["m", "Login module control flag not specified in JAAS config"],
      ["m ;", "Login module control flag not specified in JAAS config"],
      ["m maybe;", "Invalid login module control flag 'maybe' in JAAS config"],
      ["m required a;", "Value not specified for key 'a' in JAAS config"],
      ["m required password=1secret;", "Value not specified for key 'password' in JAAS config"],
      ['m required password="secret"', "JAAS config entry not terminated by semi-colon"],
      ["m required; n required;", "JAAS config property contains 2 login modules, should be 1 module"],
    ];
    for (const [text, message] of cases) assert.throws(() => parseJaas(text), { kind: "config", message }, text);
  });
});
