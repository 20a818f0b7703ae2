/**
 * The exports of a WebAssembly module that needs nothing from outside, given in base64; null where WebAssembly, or its vector instructions,
 * are not to be had: `node --jitless`, old processors.
 */
export function instantiateKernel(binary: string): object | null {
  try {
    const module = new WebAssembly.Module(Buffer.from(binary, "base64"));
    return new WebAssembly.Instance(module).exports;
  } catch {
    return null;
  }
}
