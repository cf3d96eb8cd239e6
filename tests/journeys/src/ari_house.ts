import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import WebSocket from "ws";
import { Asterisk, type AriOptions } from "./asterisk.ts";
import type { Client, Json } from "./client.ts";
import { askUntilAnswered } from "./conversation.ts";
import { Phone } from "./phone.ts";
import { repository, Server } from "./server.ts";

// Telephones and the AIVA that answers them by ARI. 100 and 160 enter our application and are the
// agent's; 150 enters it, too, and is nobody's. 200 is a phone, 201 is busy, 202 rings for ever.

const uuid = "0190f3a0-0000-7000-8000-000000000200";
export const account = { user: "aiva", password: "secret" };

/** Telephones behind an Asterisk, whatever it is. */
export interface Telephones {
  url: string;
  dial: (extension: string) => Promise<Phone>;
  nextPhone: () => Promise<Phone>; // that is called
  channels: () => Promise<Json[]>;
  bridges: () => Promise<Json[]>;
  connectTo?: (url: string, password: string) => Promise<void>;
  cut?: () => void; // the connection
  fault?: (fault: Json) => void;
  faultsLeft?: () => number;
  stop: () => Promise<void>;
}

/** Behind the emulator. */
export async function emulated(): Promise<Telephones> {
  const path = join(repository, "tests/emulators/asterisk_ari.mjs");
  const { AsteriskAri } = await import(path);
  const waiting: ((phone: Phone) => void)[] = [];
  const phones = createServer((socket) => waiting.shift()?.(Phone.pickUp(socket)));
  await new Promise<void>((done) => phones.listen(0, "127.0.0.1", done));
  const asterisk = await AsteriskAri.start({
    ...account,
    phonePort: (phones.address() as AddressInfo).port,
    dialplan: {
      100: [["stasis", "aiva"]],
      150: [
        ["stasis", "aiva"],
        ["phone", uuid],
      ],
      160: [
        ["stasis", "aiva"],
        ["phone", uuid],
      ],
      200: [["phone", uuid]],
      201: [["hangup", 17]],
      202: [["ring"]],
    },
  });
  const nextPhone = (): Promise<Phone> => new Promise((called) => waiting.push(called));
  return {
    url: asterisk.url,
    nextPhone,
    dial: async (extension) => {
      const phone = nextPhone();
      await asterisk.dial(extension);
      return phone;
    },
    channels: async () => asterisk.channels,
    bridges: async () => asterisk.bridges,
    connectTo: (url, password) =>
      asterisk.connectTo(url, { WebSocket, username: "asterisk", password }),
    cut: () => asterisk.cut(),
    fault: (fault) => asterisk.fault(fault),
    faultsLeft: () => asterisk.faultsLeft,
    stop: async () => {
      asterisk.stop();
      phones.close();
    },
  };
}

const dialplan = `[aiva]
exten => 100,1,Stasis(aiva)
 same => n,Hangup()
exten => 150,1,Stasis(aiva)
 same => n,AudioSocket(${uuid},{phones})
 same => n,Hangup()
exten => 200,1,Answer()
 same => n,AudioSocket(${uuid},{phones})
 same => n,Hangup()
exten => 201,1,Hangup(17)
exten => 202,1,Ringing()
 same => n,Wait(60)
 same => n,Hangup()
`;

/** Behind a real Asterisk. */
export async function real(options: Partial<AriOptions> = {}): Promise<Telephones> {
  const asterisk = await Asterisk.start(dialplan, { ari: { ...account, ...options } });
  const url = `http://127.0.0.1:${asterisk.ariPort}`;
  const get = async (path: string): Promise<Json[]> => {
    const credentials = Buffer.from(`${account.user}:${account.password}`).toString("base64");
    const reply = await fetch(`${url}/ari/${path}`, {
      headers: { Authorization: `Basic ${credentials}` },
    });
    return (await reply.json()) as Json[];
  };
  return {
    url,
    nextPhone: () => asterisk.nextPhone(),
    dial: (extension) => asterisk.dial(`${extension}@aiva`),
    channels: () => get("channels"),
    bridges: () => get("bridges"),
    stop: () => asterisk.stop(),
  };
}

/**
 * The same, but phones that could not send in time pause: what comes in a burst is late for who
 * plays it by a clock.
 */
export function withoutBursts(telephones: Telephones): Telephones {
  const paced = async (calling: Promise<Phone>): Promise<Phone> => {
    const phone = await calling;
    phone.skipsLateFrames = true;
    return phone;
  };
  return {
    ...telephones,
    dial: (extension) => paced(telephones.dial(extension)),
    nextPhone: () => paced(telephones.nextPhone()),
  };
}

/** AIVA, its agent, and what tests ask of it. */
export class House {
  readonly server: Server;
  readonly client: Client;
  readonly agent: string;

  private constructor(server: Server, client: Client, agent: string) {
    this.server = server;
    this.client = client;
    this.agent = agent;
  }

  static async open(
    environment: Record<string, string>,
    connect?: (url: string, client: Client) => Promise<void>,
  ): Promise<House> {
    const server = await Server.start({
      environment: {
        AIVA_AUDIOSOCKET_PORT: "0",
        AIVA_ARI_PASSWORD: account.password,
        AIVA_ARI_ENDPOINT: "Local/{number}@aiva/n",
        AIVA_ARI_TRANSFER_CONTEXT: "aiva",
        AIVA_ARI_TRANSFER_RING_S: "5",
        ...environment,
      },
    });
    const client = await server.admin();
    const base = await client.createKnowledgeBase("Machines");
    const document = await client.upload(
      base,
      "machine.md",
      "# The coffee machine\n\n## Warranty\n\n" +
        "The warranty of the coffee machine lasts five years.\n",
    );
    await client.settled(base, document);
    const made = await client.post("/api/agents", {
      name: "Desk",
      kb_id: base,
      greeting: "Welcome to the machine shop. How can I help you?",
      publish: true,
    });
    assert.equal(made.status, 201, made.text);
    const agent = made.body.data.id;
    for (const did of ["100", "160"]) await client.post("/api/numbers", { did, agent_id: agent });
    const house = new House(server, client, agent);
    await connect?.(server.ready.url, client);
    await house.until(
      async () => (await house.metric("aiva_ari_connected")) === 1,
      "no connection",
    );
    return house;
  }

  async until(is: () => Promise<boolean>, complaint: string, timeoutMs = 20_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!(await is())) {
      if (performance.now() > end) throw new Error(`${complaint}\n${this.server.log.slice(-3000)}`);
      await pause(50);
    }
  }

  async metric(name: string): Promise<number> {
    const reply = await fetch(`${this.client.url}/metrics`);
    const line = (await reply.text()).split("\n").find((each) => each.startsWith(`${name} `));
    return line === undefined ? NaN : Number(line.split(" ")[1]);
  }

  async newest(): Promise<Json> {
    return (await this.client.get("/api/calls?limit=1")).body.data.items[0];
  }

  /** The newest call, once it is over. */
  async lastCall(): Promise<Json> {
    let call: Json;
    await this.until(async () => {
      call = await this.newest();
      return call !== undefined && !["in_progress", "announced"].includes(call.status);
    }, "the call is not over");
    return call!;
  }

  async lines(call: string): Promise<Json[]> {
    return (await this.client.get(`/api/calls/${call}/transcript`)).body.data.items;
  }

  /** Asks in the newest call until the answer is heard. */
  async ask(phone: Phone): Promise<void> {
    await askUntilAnswered(phone, {
      words: "How long is the warranty of the coffee machine?",
      answer: /five years/,
      lines: async () => this.lines((await this.newest()).id),
    });
  }

  post(call: string, what: string, body?: Json): Promise<Json> {
    return this.client.post(`/api/calls/${call}/${what}`, body ?? {});
  }

  async nothingIsLeft(telephones: Telephones): Promise<void> {
    const left = async (): Promise<Json[]> => [
      ...(await telephones.channels()),
      ...(await telephones.bridges()),
    ];
    await this.until(
      async () => (await left()).length === 0,
      "something is left in Asterisk",
    ).catch(async (error) => {
      throw new Error(`${error.message}\n${JSON.stringify(await left())}`);
    });
  }
}
