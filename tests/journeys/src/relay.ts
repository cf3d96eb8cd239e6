import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Stands between a browser and a server, as the network that fails now and then. */
export class Relay {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  isDown = false;

  private constructor(server: Server) {
    this.server = server;
  }

  static async to(url: string): Promise<Relay> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const relay = new Relay(server);
    server.on("connection", (socket) => relay.take(socket, hostname, Number(port)));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return relay;
  }

  private take(socket: Socket, host: string, port: number): void {
    if (this.isDown) return void socket.destroy();
    const other = connect(port, host);
    for (const [one, two] of [
      [socket, other],
      [other, socket],
    ] as const) {
      this.sockets.add(one);
      one.pipe(two);
      one.on("error", () => two.destroy());
      one.on("close", () => {
        this.sockets.delete(one);
        two.destroy();
      });
    }
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection that is there. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }
}
