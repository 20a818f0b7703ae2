/** The part of jks-js 1.1.7 that is not in its public types. */
declare module "jks-js/lib/keystore/PKCS12Parser.js" {
  class Pkcs12Parser {
    constructor(file: Buffer, password: string);
    parse(): Pkcs12Parser.Bag[];
    toPem(bags: readonly Pkcs12Parser.Bag[]): Record<string, { ca?: string; cert?: string; key?: string }>;
  }

  namespace Pkcs12Parser {
    interface Bag {
      readonly attributes: { readonly friendlyName?: readonly string[]; readonly localKeyId?: readonly string[] };
    }
  }

  export = Pkcs12Parser;
}
