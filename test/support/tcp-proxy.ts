import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What a TCP proxy does with connections. */
export type TcpFault =
  | { readonly kind: "pass" }
  /** New connections are reset at once, and those there are too. */
  | { readonly kind: "reset" }
  /** Bytes are held back in both directions until the fault is lifted. */
  | { readonly kind: "stall" }
  /** Every chunk waits this long. */
  | { readonly kind: "delay"; readonly ms: number };

/** A TCP proxy on a port of its own, in front of a port of this machine, that can misbehave. */
export class TcpProxy {
  private fault: TcpFault = { kind: "pass" };
  private readonly sockets = new Set<Socket>();
  private readonly held: (() => void)[] = [];
  private targetPort: number | undefined;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Listens; connections are refused until there is a target. */
  static async start(targetPort?: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.unref();
    // Nobody knows the port yet, so no connection is missed.
    const proxy = new TcpProxy(server, (server.address() as AddressInfo).port);
    server.on("connection", (client) => {
      proxy.accept(client);
    });
    proxy.targetPort = targetPort;
    return proxy;
  }

  forwardTo(targetPort: number): void {
    this.targetPort = targetPort;
  }

  /** Connections that are open now. */
  get connectionCount(): number {
    return this.sockets.size / 2;
  }

  /** From now on; `{ kind: "pass" }` lifts the fault. */
  setFault(fault: TcpFault): void {
    this.fault = fault;
    if (fault.kind === "reset") this.resetAll();
    if (fault.kind !== "stall") for (const release of this.held.splice(0)) release();
  }

  /** Resets the connections there are; new ones are served. */
  resetAll(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    this.setFault({ kind: "reset" });
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.fault.kind === "reset" || this.targetPort === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(this.targetPort, "127.0.0.1");
    this.join(client, upstream);
    this.join(upstream, client);
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.unref();
    from.setNoDelay(true);
    from.on("data", (chunk) => {
      from.pause();
      const forward = () => {
        to.write(chunk, () => from.resume());
      };
      if (this.fault.kind === "stall") this.held.push(forward);
      else if (this.fault.kind === "delay") setTimeout(forward, this.fault.ms);
      else forward();
    });
    from.on("end", () => to.end());
    from.on("error", () => to.resetAndDestroy());
    from.on("close", () => {
      this.sockets.delete(from);
      to.destroySoon();
    });
  }
}
