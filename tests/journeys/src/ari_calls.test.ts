import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { callsOver } from "./ari_cases.ts";
import { account, emulated, House, real, type Telephones } from "./ari_house.ts";
import { hasAsterisk } from "./asterisk.ts";
import type { Client, Json } from "./client.ts";
import { Phone, speech } from "./phone.ts";
import { Server } from "./server.ts";

// Calls under the control of Asterisk's REST Interface, with the packaged voices. The same cases
// run over an emulator of it and, where tests/components/asterisk has put one, over a real
// Asterisk, here with audio by AudioSocket. src/ari_house.ts says who has which number.

callsOver("ARI", { begin: emulated });
callsOver("ARI of a real Asterisk", { skip: !hasAsterisk, begin: () => real() });

describe("faults of ARI", () => {
  let telephones: Telephones;
  let house: House;
  before(async () => {
    telephones = await emulated();
    house = await House.open({ AIVA_ARI_URL: telephones.url });
  });
  after(async () => {
    await house?.server.remove();
    await telephones?.stop();
  });

  for (const on of ["POST bridges/", "POST channels/externalMedia"])
    test(`a call that meets a fault of ${on} goes on in the dialplan`, async () => {
      telephones.fault!({ on, status: 500 });
      const phone = await telephones.dial("160");
      const other = await telephones.nextPhone();
      assert.equal(telephones.faultsLeft!(), 0);
      other.close();
      phone.close();
      const call = await house.lastCall();
      assert.equal(call.dialled_number, "160");
      assert.equal(call.status, "failed");
      await house.nothingIsLeft(telephones);
    });

  test("a call survives a lost connection and is taken down after it", async () => {
    const phone = await telephones.dial("100");
    await phone.untilSpoken();
    telephones.cut!();
    await phone.untilSilent();
    await house.until(
      async () => (await house.metric("aiva_ari_connected")) === 1,
      "no connection",
    );
    await house.ask(phone);
    telephones.cut!();
    phone.close();
    await house.lastCall();
    await house.nothingIsLeft(telephones);
  });
});

interface Connected {
  name: string;
  isSkipped: boolean;
  environment?: Record<string, string>;
  begin: (url: string, client: Client) => Promise<Telephones>;
}

function connectedBy({ name, isSkipped, environment, begin }: Connected): void {
  test(`${name} that connects to us is served`, { skip: isSkipped }, async () => {
    let telephones: Telephones | undefined;
    const settings = { AIVA_ARI_INCOMING_PASSWORD: "sesame", ...environment };
    const house = await House.open(settings, async (url, client) => {
      telephones = await begin(`${url.replace("http", "ws")}`, client);
    });
    try {
      const phone = await telephones!.dial("100");
      await phone.untilSpoken();
      await phone.untilSilent();
      await house.ask(phone);
      phone.close();
      const call = await house.lastCall();
      assert.equal(call.end_reason, "caller_hung_up");
      assert.ok(call.turns >= 1);
      await house.nothingIsLeft(telephones!);
    } finally {
      await house.server.remove();
      await telephones?.stop();
    }
  });
}
connectedBy({
  name: "an Asterisk",
  isSkipped: false,
  begin: async (url) => {
    const telephones = await emulated();
    await assert.rejects(telephones.connectTo!(`${url}/ari/aiva`, "wrong"), /401/);
    await assert.rejects(telephones.connectTo!(`${url}/ari/other`, "sesame"), /404/);
    await telephones.connectTo!(`${url}/ari/aiva`, "sesame");
    return telephones;
  },
});
connectedBy({
  name: "a real Asterisk",
  isSkipped: !hasAsterisk,
  begin: (url) => real({ connectTo: { url: `${url}/ari/aiva`, password: "sesame" } }),
});
connectedBy({
  name: "a real Asterisk with audio by WebSocket",
  isSkipped: !hasAsterisk,
  environment: { AIVA_ARI_MEDIA: "websocket" },
  begin: async (url, client) => {
    const key = await client.post("/api/keys", { name: "pbx", scopes: ["chat"] });
    return real({
      connectTo: { url: `${url}/ari/aiva`, password: "sesame" },
      media: { url: `${url}/realtime`, key: key.body.data.key },
    });
  },
});

test("a call whose line carries audio only cannot be transferred", async () => {
  const server = await Server.start({ environment: { AIVA_AUDIOSOCKET_PORT: "0" } });
  try {
    const client = await server.admin();
    const agent = await client.post("/api/agents", {
      name: "Desk",
      greeting: "Hello.",
      publish: true,
    });
    const made = await client.post("/api/calls", { agent_id: agent.body.data.id });
    assert.equal(made.status, 201, made.text);
    const phone = await Phone.dial(
      (server.ready as Json).audiosocket_port,
      made.body.data.session_id,
    );
    await phone.untilSpoken();
    for (const what of ["transfer", "dtmf", "hold"]) {
      const body = what === "dtmf" ? { digits: "1" } : { target: "200" };
      const reply = await client.post(`/api/calls/${made.body.data.id}/${what}`, body);
      assert.equal(reply.status, 409, reply.text);
    }
    const unknown = await client.post(`/api/calls/${agent.body.data.id}/hold`, {});
    assert.equal(unknown.status, 404, unknown.text);
    phone.close();
  } finally {
    await server.remove();
  }
});
