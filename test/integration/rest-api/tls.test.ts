import assert from "node:assert/strict";
import { request } from "node:https";
import { ConnectError, parseConfig } from "../../../runtime/api/index.js";
import { CONNECTION_KEYS } from "../../../runtime/kafka/client-config-keys.js";
import { tlsOptions } from "../../../runtime/tls/tls.js";
import { KEY_PASSWORD, makeCertificates, STORE_PASSWORD, type Certificates } from "../../support/certificates.js";
import { startMemoryRest, type MemoryRest } from "../../support/rest-server.js";

const RSA = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

describe("RestServer over TLS", () => {
  let certificates: Certificates;
  const running: MemoryRest[] = [];

  before(async () => {
    certificates = await makeCertificates();
    await certificates.issue("server", "IP:127.0.0.1", RSA);
    await certificates.issue("client", "DNS:client", RSA);
    await certificates.pkcs12("server");
    await certificates.jks("server");
    await certificates.trustStore("PKCS12");
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });

  async function start(properties: Record<string, string>): Promise<MemoryRest> {
    const rest = await startMemoryRest({
      properties: { listeners: "https://127.0.0.1:0", ...properties },
      readTls: (ssl) => tlsOptions(parseConfig(CONNECTION_KEYS, ssl)),
    });
    running.push(rest);
    return rest;
  }

  function get(url: string, withCertificate = false): Promise<number> {
    const identity = withCertificate
      ? { key: certificates.text("client.key"), cert: certificates.text("client.chain.pem") }
      : {};
    return new Promise((resolve, reject) => {
      request(`${url}/`, { ca: certificates.text("root.pem"), agent: false, ...identity }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on("error", reject)
        .end();
    });
  }

  const pem = (): Record<string, string> => ({
    "ssl.keystore.type": "PEM",
    "ssl.keystore.key": certificates.text("server.key"),
    "ssl.keystore.certificate.chain": certificates.text("server.chain.pem"),
    "ssl.truststore.type": "PEM",
    "ssl.truststore.certificates": certificates.text("root.pem"),
  });
  const store = (type: string, extension: string): Record<string, string> => ({
    "ssl.keystore.type": type,
    "ssl.keystore.location": certificates.path(`server.${extension}`),
    "ssl.keystore.password": STORE_PASSWORD,
  });

  it("takes key and certificates from PEM, PKCS12 and JKS", async () => {
    for (const properties of [
      pem(),
      store("PKCS12", "p12"),
      { ...store("JKS", "jks"), "ssl.key.password": KEY_PASSWORD },
    ]) {
      const rest = await start(properties);
      assert.match(rest.server.advertisedUrl, /^https:\/\/127\.0\.0\.1:\d+\/$/);
      assert.equal(await get(rest.url), 200, properties["ssl.keystore.type"]);
    }
  });

  it("takes only listeners.https.* where there is any", async () => {
    const prefixed = Object.fromEntries(Object.entries(pem()).map(([key, value]) => [`listeners.https.${key}`, value]));
    const rest = await start({ ...prefixed, "ssl.keystore.location": "/nonexistent", "ssl.client.auth": "required" });
    assert.equal(await get(rest.url), 200);
  });

  it("asks clients for a certificate as ssl.client.auth says", async () => {
    const required = await start({ ...pem(), "ssl.client.auth": "required" });
    await assert.rejects(get(required.url));
    assert.equal(await get(required.url, true), 200);
    const requested = await start({ ...pem(), "ssl.client.auth": "requested" });
    assert.equal(await get(requested.url), 200);
    await assert.rejects(start({ ...pem(), "ssl.client.auth": "maybe" }), /ssl\.client\.auth/);
  });

  it("serves http and https side by side and advertises http", async () => {
    const rest = await start({ ...pem(), listeners: "http://127.0.0.1:0,https://127.0.0.1:0" });
    assert.match(rest.server.advertisedUrl, /^http:/);
    assert.equal((await fetch(`${rest.server.urls[0]!}/`)).status, 200);
    assert.equal(await get(rest.server.urls[1]!), 200);
  });

  it("forwards to another worker over TLS, with its own certificate where that one asks", async () => {
    const tls = { ...pem(), "ssl.client.auth": "required" };
    const leader = await start(tls);
    const follower = await start({ ...tls, listeners: "http://127.0.0.1:0,https://127.0.0.1:0" });
    follower.herder.failNext = new ConnectError("wrong-node", "x", { at: { url: `${leader.url}/` } });
    const answer = await fetch(`${follower.url}/connectors/nope`, { method: "DELETE" });
    assert.deepEqual(await answer.json(), { error_code: 404, message: "Connector nope not found" });
    assert.match(leader.log.at(-1)!, /"DELETE \/connectors\/nope\?forward=true HTTP\/1\.1" 404/);
  });

  it("does not open with a store that cannot be read", async () => {
    await assert.rejects(start({ ...store("PKCS12", "p12"), "ssl.keystore.password": "wrong" }), { kind: "config" });
  });
});
