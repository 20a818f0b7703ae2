import assert from "node:assert/strict";
import { awsIamToken } from "../../../../runtime/kafka/security/aws-iam.js";
import { googleToken } from "../../../../runtime/kafka/security/google.js";
import { cached, initialResponse } from "../../../../runtime/kafka/security/oauth-bearer.js";
import { unsecuredToken } from "../../../../runtime/kafka/security/unsecured-token.js";

const decode = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));

describe("kafka/security tokens", () => {
  it("initialResponse() is that of RFC 7628, with extensions", () => {
    assert.equal(initialResponse("t", {}), "n,,\u0001auth=Bearer t\u0001\u0001");
    const extensions = { logicalCluster: "lkc-1", identityPoolId: "pool-2" };
    assert.equal(
      initialResponse("t", extensions),
      "n,,\u0001auth=Bearer t\u0001logicalCluster=lkc-1\u0001identityPoolId=pool-2\u0001\u0001",
    );
  });

  it("cached() asks once for many connections, and again at four fifths of a token's life", async () => {
    let nowMs = 1_000;
    let asked = 0;
    const token = cached(
      () => Promise.resolve({ value: `t${++asked}`, expiresAtMs: nowMs + 1_000 }),
      () => nowMs,
    );
    const [first, second] = await Promise.all([token(), token()]);
    assert.deepEqual([first.value, second.value], ["t1", "t1"]);
    nowMs += 799;
    assert.equal((await token()).value, "t1");
    nowMs += 1;
    assert.equal((await token()).value, "t2");
  });

  it("cached() keeps neither a failure nor a token whose life is unknown", async () => {
    let asked = 0;
    const token = cached(() => {
      if (++asked === 1) return Promise.reject(new Error("away"));
      return Promise.resolve({ value: `t${asked}`, expiresAtMs: null });
    }, Date.now);
    await assert.rejects(token());
    assert.equal((await token()).value, "t2");
    assert.equal((await token()).value, "t3");
  });

  it("googleToken() wraps the access token as Google's own handler does", async () => {
    const credentials = {
      accessToken: "ya29.x",
      subject: "sink@p.iam.gserviceaccount.com",
      expiresAtMs: 1_700_003_600_500,
    };
    const source = googleToken(
      () => Promise.resolve(credentials),
      () => 1_700_000_000_900,
    );
    const { value, expiresAtMs } = await source();
    const [header, claims, accessToken] = value.split(".");
    assert.deepEqual(decode(header), { typ: "JWT", alg: "GOOG_OAUTH2_TOKEN" });
    assert.deepEqual(decode(claims), {
      exp: 1_700_003_600,
      iat: 1_700_000_000,
      iss: "Google",
      scope: "kafka",
      sub: "sink@p.iam.gserviceaccount.com",
    });
    assert.equal(Buffer.from(accessToken ?? "", "base64url").toString(), "ya29.x");
    assert.equal(expiresAtMs, 1_700_003_600_500);
  });

  describe("with AWS credentials in the environment", () => {
    const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
    const before_ = names.map((name) => process.env[name]);
    before(() => {
      for (const name of names) process.env[name] = `test-${name}`;
    });
    after(() => {
      names.forEach((name, i) => {
        if (before_[i] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before_[i];
      });
    });

    it("awsIamToken() signs a connect request for the region, valid for a quarter of an hour", async () => {
      const { value, expiresAtMs } = await awsIamToken({}, { AWS_REGION: "eu-west-1" })();
      const url = new URL(Buffer.from(value, "base64url").toString("utf8"));
      assert.equal(url.host, "kafka.eu-west-1.amazonaws.com");
      assert.equal(url.searchParams.get("Action"), "kafka-cluster:Connect");
      assert.match(
        url.searchParams.get("X-Amz-Credential") ?? "",
        /^test-AWS_ACCESS_KEY_ID\/\d{8}\/eu-west-1\/kafka-cluster\//,
      );
      assert.ok(Math.abs((expiresAtMs ?? 0) - Date.now() - 900_000) < 10_000);
    });
  });

  it("awsIamToken() says what is missing or not supported", () => {
    assert.throws(() => awsIamToken({}, {}), { kind: "config", message: /AWS region is not known/ });
    const options = { awsStsRegion: "eu-west-1", awsRoleExternalId: "x" };
    assert.throws(() => awsIamToken(options, {}), { kind: "config", message: /awsRoleExternalId/ });
  });

  it("unsecuredToken() makes the claims that its options name", async () => {
    const options = {
      unsecuredLoginStringClaim_sub: "alice",
      unsecuredLoginNumberClaim_level: "3",
      unsecuredLoginListClaim_scope: "|a|b",
      unsecuredLoginLifetimeSeconds: "60",
      unsecuredLoginExtension_x: "1",
    };
    const { value, expiresAtMs, extensions } = await unsecuredToken(options, () => 5_000)();
    const [header, claims, signature] = value.split(".");
    assert.deepEqual(decode(header), { alg: "none" });
    assert.deepEqual(decode(claims), { sub: "alice", level: 3, scope: ["a", "b"], iat: 5, exp: 65 });
    assert.deepEqual([signature, expiresAtMs, extensions], ["", 65_000, { x: "1" }]);
  });
});
