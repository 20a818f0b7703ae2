declare module "compressjs" {
  interface Codec {
    /** Compresses all of `input`; `null` lets it make the output itself. */
    compressFile(input: Uint8Array, output: null, level: number): Uint8Array;
  }
  const compressjs: { readonly Bzip2: Codec };
  export = compressjs;
}
