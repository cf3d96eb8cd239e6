import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Json } from "./client.ts";

export interface Order {
  action: string;
  session_id: string;
  destination: string;
  caller_id: string;
  ring_max_s: number;
}

/** What becomes of a call: a result, or what is done with the one who picks up. */
export type Behaviour = string | ((order: Order) => Promise<void>);

/**
 * A telephone system that takes orders over HTTP and tells what came of them. It refuses what is
 * not signed, and remembers how many calls a number had at once.
 */
export class TelephoneSystem {
  readonly dialled: Order[] = [];
  readonly cancelled: string[] = [];
  readonly events: Json[] = []; // of webhooks
  readonly behaviours = new Map<string, Behaviour[]>(); // by number, the last for good
  unsigned = 0;
  mostOfANumber = 0;
  client: Client | undefined; // to tell results
  private readonly secret: string;
  private readonly ringing = new Map<string, string>(); // session -> number
  private readonly server: HttpServer;

  private constructor(secret: string) {
    this.secret = secret;
    this.server = createServer((request, response) => {
      void this.take(request).then((status) => {
        response.statusCode = status;
        response.end();
      });
    });
  }

  static async start(secret: string): Promise<TelephoneSystem> {
    const system = new TelephoneSystem(secret);
    await new Promise<void>((done) => system.server.listen(0, "127.0.0.1", done));
    return system;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  numbers(): string[] {
    return this.dialled.map((order) => order.destination);
  }

  isRinging(number: string): boolean {
    return [...this.ringing.values()].includes(number);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private isSigned(request: IncomingMessage, body: string): boolean {
    const header = String(request.headers["aiva-signature"] ?? "");
    const parts = new Map(header.split(",").map((part) => part.split("=", 2) as [string, string]));
    const wanted = createHmac("sha256", this.secret)
      .update(`${parts.get("t")}.${body}`)
      .digest();
    const given = Buffer.from(parts.get("v1") ?? "", "hex");
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  private async take(request: IncomingMessage): Promise<number> {
    let body = "";
    for await (const piece of request) body += String(piece);
    if (request.url === "/events") {
      this.events.push(JSON.parse(body));
      return 204;
    }
    if (!this.isSigned(request, body)) {
      ++this.unsigned;
      return 401;
    }
    const order = JSON.parse(body) as Order;
    if (order.action === "cancel") {
      this.cancelled.push(order.session_id);
      this.ringing.delete(order.session_id);
      return 202;
    }
    this.dialled.push(order);
    this.ringing.set(order.session_id, order.destination);
    const ofIt = [...this.ringing.values()].filter((number) => number === order.destination);
    this.mostOfANumber = Math.max(this.mostOfANumber, ofIt.length);
    void this.serve(order);
    return 202;
  }

  private async serve(order: Order): Promise<void> {
    const steps = this.behaviours.get(order.destination) ?? ["no_answer"];
    const step = steps.length > 1 ? steps.shift()! : steps[0]!;
    if (step === "rings") {
      await pause(order.ring_max_s * 1000);
      this.ringing.delete(order.session_id);
      return;
    }
    if (typeof step === "string") {
      await pause(50);
      this.ringing.delete(order.session_id);
      await this.tell(order, step);
      return;
    }
    await this.tell(order, "answered");
    await step(order);
    this.ringing.delete(order.session_id);
  }

  private async tell(order: Order, result: string): Promise<void> {
    try {
      await this.client!.post(`/api/calls/${order.session_id}/dialled`, { result });
    } catch {
      // AIVA may be dead.
    }
  }
}
