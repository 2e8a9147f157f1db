import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * What the network does with connections. `open`: relays. `refuse`: nobody listens. `void`: takes them and says nothing.
 * `mute`: relays what the server says, and nothing of what the client does.
 */
export type Network = "open" | "refuse" | "void" | "mute";

type Pair = { readonly client: Socket; readonly server: Socket | undefined; readonly network: Network; dead: boolean };

/** A network on loopback between clients and one server. */
export class TcpProxy {
  readonly #to: number;
  readonly #pairs = new Set<Pair>();
  #listener: Server | undefined;
  #network: Network = "open";
  port = 0;

  constructor(to: number) {
    this.#to = to;
  }

  async listen(): Promise<void> {
    const listener = createServer((client) => this.#take(client));
    this.#listener = listener;
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(this.port, "127.0.0.1", resolve);
    });
    const address = listener.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
  }

  /** For the connections that come from now on. */
  async become(network: Network): Promise<void> {
    this.#network = network;
    if (network === "refuse") {
      this.#listener?.close();
      this.#listener = undefined;
    } else if (this.#listener === undefined) await this.listen();
  }

  /** Cuts all connections that are there. */
  cut(): void {
    for (const { client, server } of this.#pairs) for (const socket of [client, server]) socket?.destroy();
  }

  /**
   * Lets the connections that are there die without a word: neither side hears anything of the other any more, nor of its
   * end. What is sent vanishes on one half of them, and on the other stays with its sender's system.
   */
  kill(): void {
    let reads = false;
    for (const pair of this.#pairs) {
      pair.dead = true;
      reads = !reads;
      if (!reads) for (const socket of [pair.client, pair.server]) socket?.pause();
    }
  }

  close(): void {
    this.#listener?.close();
    this.cut();
  }

  #take(client: Socket): void {
    const network = this.#network;
    const server = network === "void" ? undefined : connect(this.#to, "127.0.0.1");
    const pair: Pair = { client, server, network, dead: network === "void" };
    this.#pairs.add(pair);
    client.on("data", (bytes) => {
      if (!pair.dead && network !== "mute") server?.write(bytes);
    });
    server?.on("data", (bytes) => {
      if (!pair.dead) client.write(bytes);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      socket?.on("error", () => undefined); // its close follows
      socket?.on("close", () => {
        if (pair.dead && !pair.client.destroyed) return;
        if (!pair.dead) other?.destroy();
        if (pair.client.destroyed && pair.server?.destroyed !== false) this.#pairs.delete(pair);
      });
    }
  }
}
