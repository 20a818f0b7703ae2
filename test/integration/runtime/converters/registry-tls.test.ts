import assert from "node:assert/strict";
import { ConnectError } from "../../../../runtime/api/index.js";
import { SchemaRegistryClient } from "../../../../runtime/converters/schema-registry/client.js";
import { KEY_PASSWORD, makeCertificates, STORE_PASSWORD, type Certificates } from "../../../support/certificates.js";
import { SchemaRegistry } from "../../../support/schema-registry.js";

const RSA = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

describe("SchemaRegistryClient over TLS", () => {
  let certificates: Certificates;
  let registry: SchemaRegistry;
  let strangerNamed: SchemaRegistry;

  before(async function () {
    this.timeout(120_000);
    certificates = await makeCertificates();
    await certificates.issue("registry", "IP:127.0.0.1", RSA);
    await certificates.issue("elsewhere", "DNS:elsewhere.example", RSA);
    await certificates.issue("client", "DNS:client", RSA);
    await certificates.pkcs12("client");
    await certificates.jks("client");
    await certificates.trustStore("JKS");
    await certificates.trustStore("PKCS12");
    const identity = (name: string) => ({
      key: certificates.text(`${name}.key`),
      cert: certificates.text(`${name}.chain.pem`),
    });
    registry = await SchemaRegistry.start({
      ...identity("registry"),
      ca: certificates.text("root.pem"),
      requestCert: true,
      rejectUnauthorized: true,
    });
    strangerNamed = await SchemaRegistry.start(identity("elsewhere"));
    for (const each of [registry, strangerNamed]) each.register("s", '"string"', { id: 1 });
  });
  after(async () => {
    await registry.stop();
    await strangerNamed.stop();
  });

  const read = (url: string, ssl: Readonly<Record<string, string>>) => {
    const properties = Object.entries(ssl).map(([key, value]) => [`schema.registry.ssl.${key}`, value]);
    const own = Object.fromEntries(properties) as Record<string, string>;
    return new SchemaRegistryClient({ "schema.registry.url": url, "max.retries": "0", ...own }).schemaById(1, null);
  };
  const trust = (type: "JKS" | "PKCS12" | "PEM"): Record<string, string> =>
    type === "PEM"
      ? { "truststore.location": certificates.path("root.pem"), "truststore.type": "PEM" }
      : {
          "truststore.location": certificates.path(`trust.${type.toLowerCase()}`),
          "truststore.password": STORE_PASSWORD,
          "truststore.type": type,
        };
  const retriable = (error: unknown): boolean => error instanceof ConnectError && error.kind === "retriable";

  it("SchemaRegistryClient shows the certificate of a JKS or PKCS12 store and trusts a store of each type", async () => {
    const jks = {
      "keystore.location": certificates.path("client.jks"),
      "keystore.password": STORE_PASSWORD,
      "key.password": KEY_PASSWORD,
    };
    const pkcs12 = {
      "keystore.location": certificates.path("client.p12"),
      "keystore.password": STORE_PASSWORD,
      "keystore.type": "PKCS12",
    };
    for (const given of [
      { ...trust("JKS"), ...jks },
      { ...trust("PKCS12"), ...pkcs12 },
      { ...trust("PEM"), ...jks },
    ])
      assert.equal((await read(registry.url, given)).schema, '"string"');
    await assert.rejects(read(registry.url, trust("JKS")), retriable);
  });

  it("SchemaRegistryClient does not talk to a registry that it does not trust", async () => {
    await assert.rejects(read(strangerNamed.url, {}), retriable);
    assert.deepEqual(strangerNamed.requests, []);
  });

  it("SchemaRegistryClient compares host names unless ssl.endpoint.identification.algorithm is empty or none", async () => {
    await assert.rejects(read(strangerNamed.url, trust("JKS")), retriable);
    for (const off of ["", "none"]) {
      const given = { ...trust("JKS"), "endpoint.identification.algorithm": off };
      assert.equal((await read(strangerNamed.url, given)).schema, '"string"');
    }
  });

  it("SchemaRegistryClient refuses a store with a wrong password or a proxy when it is configured", () => {
    const configError = (error: unknown): boolean => error instanceof ConnectError && error.kind === "config";
    assert.throws(() => read(registry.url, { ...trust("JKS"), "truststore.password": "wrong" }), configError);
    assert.throws(
      () => new SchemaRegistryClient({ "schema.registry.url": registry.url, "proxy.host": "proxy" }),
      configError,
    );
  });
});
