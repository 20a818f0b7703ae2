import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import {
  checkAlgorithms,
  generateSessionKey,
  needsNewKey,
  signRequest,
  verifyRequest,
  type SessionKeyConfig,
} from "../../../../runtime/distributed/session-key.js";

const CONFIG: SessionKeyConfig = {
  generationAlgorithm: "HmacSHA256",
  keyBits: null,
  ttlMs: 1000,
  signatureAlgorithm: "HmacSHA256",
  verificationAlgorithms: ["HmacSHA256"],
};
const BODY = Buffer.from('[{"a":"b"}]');

describe("session-key", () => {
  it("generateSessionKey() makes keys of Java's default length, or of the configured one", () => {
    assert.equal(generateSessionKey(CONFIG, 5).key.length, 32);
    assert.equal(generateSessionKey({ ...CONFIG, keyBits: 128 }, 5).key.length, 16);
    assert.equal(generateSessionKey({ ...CONFIG, generationAlgorithm: "HmacSHA1" }, 5).key.length, 64);
  });

  it("needsNewKey() wants one when there is none, it expired, or it is of another kind", () => {
    const key = generateSessionKey(CONFIG, 5000);
    assert.equal(needsNewKey(CONFIG, null, 5000), true);
    assert.equal(needsNewKey(CONFIG, key, 5999), false);
    assert.equal(needsNewKey(CONFIG, key, 6000), true);
    assert.equal(needsNewKey({ ...CONFIG, ttlMs: 0 }, key, 9e15), false);
    assert.equal(needsNewKey({ ...CONFIG, keyBits: 512 }, key, 5000), true);
    assert.equal(needsNewKey({ ...CONFIG, generationAlgorithm: "HmacSHA512" }, key, 5000), true);
  });

  it("signRequest() signs the bytes of the body as Java's Mac does", () => {
    const key = generateSessionKey(CONFIG, 0);
    assert.deepEqual(signRequest(CONFIG, key, BODY), {
      "X-Connect-Authorization": createHmac("sha256", key.key).update(BODY).digest("base64"),
      "X-Connect-Request-Signature-Algorithm": "HmacSHA256",
    });
  });

  const key = generateSessionKey(CONFIG, 0);
  const signature = signRequest(CONFIG, key, BODY)["X-Connect-Authorization"]!;
  const good = { body: BODY, signature, algorithm: "HmacSHA256" };

  it("verifyRequest() takes a request signed with the key", () => {
    verifyRequest(CONFIG, key, good);
  });

  const refused: readonly (readonly [string, Parameters<typeof verifyRequest>, number | undefined, RegExp])[] = [
    ["without signature", [CONFIG, key, { ...good, signature: null }], undefined, /missing required signature/],
    ["without algorithm", [CONFIG, key, { ...good, algorithm: null }], undefined, /missing required signature/],
    ["with an algorithm that is none", [CONFIG, key, { ...good, algorithm: "Rot13" }], undefined, /Rot13/],
    [
      "with an algorithm that is not configured",
      [CONFIG, key, { ...good, algorithm: "HmacSHA512" }],
      undefined,
      /does not support the 'HmacSHA512' key signing algorithm.*\[HmacSHA256\]/,
    ],
    ["before the key is known", [CONFIG, null, good], 503, /still starting up/],
    ["with another body", [CONFIG, key, { ...good, body: Buffer.from("[]") }], 403, /contained invalid signature\./],
    ["with a short signature", [CONFIG, key, { ...good, signature: "AA==" }], 403, /contained invalid signature\./],
  ];
  for (const [title, args, status, message] of refused)
    it(`verifyRequest() refuses a request ${title}`, () => {
      assert.throws(
        () => {
          verifyRequest(...args);
        },
        (error: { kind?: string; at?: { status?: number }; message: string }) =>
          error.kind === "bad-request" && error.at?.status === status && message.test(error.message),
      );
    });

  it("checkAlgorithms() refuses an algorithm that Node does not have", () => {
    assert.throws(() => {
      checkAlgorithms({ ...CONFIG, verificationAlgorithms: ["HmacSHA256", "HmacFoo"] });
    }, /HmacFoo/);
  });
});
