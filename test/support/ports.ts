import { createServer } from "node:net";

const firstPort = 15_000;
const portCount = 16_000;
const handedOut = new Set<number>();

/**
 * A TCP port that is free on 127.0.0.1. Taken at random from below the range the system gives to outgoing connections,
 * so that neither those nor other test runs are likely to take it before its user binds it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * portCount);
    if (handedOut.has(port) || !(await canBind(port))) continue;
    handedOut.add(port);
    return port;
  }
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
