import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { account, House, withoutBursts, type Telephones } from "./ari_house.ts";
import type { Json } from "./client.ts";
import { Phone, speech } from "./phone.ts";
import { Server } from "./server.ts";

// What calls under the control of Asterisk's REST Interface do, whichever way their audio comes.

export interface Kind {
  skip?: boolean;
  begin: () => Promise<Telephones>;
  environment?: () => Record<string, string>;
}

export function callsOver(name: string, { skip = false, begin, environment }: Kind): void {
  describe(name, { skip }, () => {
    let telephones: Telephones;
    let house: House;
    let settings: Record<string, string>;
    before(async () => {
      telephones = await begin();
      settings = { AIVA_ARI_URL: telephones.url, ...environment?.() };
      if (settings["AIVA_ARI_MEDIA"] === "rtp") telephones = withoutBursts(telephones);
      house = await House.open(settings);
    });
    after(async () => {
      await house?.server.remove();
      await telephones?.stop();
    });

    /** A caller who has heard the greeting, and the call's id. */
    async function greeted(): Promise<{ phone: Phone; call: string }> {
      const phone = await telephones.dial("100");
      await phone.untilSpoken();
      await phone.untilSilent();
      return { phone, call: (await house.newest()).id };
    }

    test("a caller is greeted, asks, hears the answer, and hangs up", async () => {
      const { phone } = await greeted();
      await house.ask(phone);
      phone.close();

      const call = await house.lastCall();
      assert.equal(call.provider, "ari");
      assert.equal(call.dialled_number, "100");
      assert.equal(call.end_reason, "caller_hung_up");
      const lines = await house.lines(call.id);
      assert.match(lines.at(-1).original_message, /five years/);
      await house.nothingIsLeft(telephones);
    });

    test("the agent's side ends a call", async () => {
      const { phone, call } = await greeted();
      const reply = await house.post(call, "hangup");
      assert.equal(reply.status, 204, reply.text);
      await phone.untilHungUp();
      assert.equal((await house.lastCall()).end_reason, "agent_hung_up");
      assert.equal((await house.post(call, "hangup")).status, 409);
      await house.nothingIsLeft(telephones);
    });

    test("digits reach the caller", async () => {
      const { phone, call } = await greeted();
      const reply = await house.post(call, "dtmf", { digits: "12#" });
      assert.equal(reply.status, 204, reply.text);
      await phone.untilDigits("12#");
      assert.equal((await house.post(call, "dtmf", { digits: "one" })).status, 422);
      phone.close();
      const lines = await house.lines((await house.lastCall()).id);
      assert.ok(
        lines.some((line) => line.speaker === "system" && /3 digits/.test(line.original_message)),
      );
      await house.nothingIsLeft(telephones);
    });

    test("a blind transfer takes the caller to another phone", async () => {
      const { phone, call } = await greeted();
      assert.equal((await house.post(call, "transfer", { target: "999" })).status, 422);
      const called = telephones.nextPhone();
      const reply = await house.post(call, "transfer", { target: "200" });
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.body.data, { is_transferred: true, outcome: "answered" });
      const other = await called;
      const saying = phone.say(speech("Is somebody there?"));
      await other.untilSpoken();
      await saying;
      assert.equal((await house.lastCall()).end_reason, "transferred");
      other.close();
      await phone.untilHungUp();
      await house.nothingIsLeft(telephones);
    });

    test("a caller on hold hears nothing of the agent, and is back after it", async () => {
      const { phone, call } = await greeted();
      assert.equal((await house.post(call, "unhold")).status, 409);
      assert.equal((await house.post(call, "hold")).status, 204);
      assert.equal((await house.post(call, "hold")).status, 409);
      await phone.say(speech("How long is the warranty of the coffee machine?"));
      assert.equal((await house.post(call, "unhold")).status, 204);
      assert.equal(
        (await house.lines(call)).filter((line) => line.speaker === "customer").length,
        0,
      );
      await house.ask(phone);
      phone.close();
      await house.lastCall();
      await house.nothingIsLeft(telephones);
    });

    test("an attended transfer connects the caller with who answers", async () => {
      const { phone, call } = await greeted();
      const called = telephones.nextPhone();
      const transferring = house.post(call, "transfer", { target: "200", kind: "attended" });
      const other = await called;
      await other.untilSpoken(); // who calls
      const reply = await transferring;
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.body.data.outcome, "answered");
      assert.equal((await house.lastCall()).end_reason, "transferred");
      await other.untilSilent();
      const saying = phone.say(speech("Is somebody there?"));
      await other.untilSpoken();
      await saying;
      const answering = other.say(speech("Yes, I am here."));
      await phone.untilSpoken();
      await answering;
      phone.close();
      await other.untilHungUp();
      await house.nothingIsLeft(telephones);
    });

    for (const [target, outcome] of [
      ["201", "busy"],
      ["202", "no_answer"],
      ["999", "unreachable"],
    ])
      test(`an attended transfer to ${target} ends as ${outcome}, with the agent`, async () => {
        const { phone, call } = await greeted();
        const reply = await house.post(call, "transfer", { target, kind: "attended" });
        assert.equal(reply.status, 200, reply.text);
        assert.deepEqual(reply.body.data, { is_transferred: false, outcome });
        await phone.untilSpoken(); // that nobody is there
        await phone.untilSilent();
        await house.ask(phone);
        phone.close();
        const ended = await house.lastCall();
        assert.equal(ended.end_reason, "caller_hung_up");
        const said = (await house.lines(ended.id)).map((line) => line.original_message);
        assert.ok(
          said.some((text) => /nobody can take your call/.test(text)),
          said.join("\n"),
        );
        assert.match(said.at(-1), /five years/);
        await house.nothingIsLeft(telephones);
      });

    test("a caller who hangs up while somebody is asked leaves nothing behind", async () => {
      const { phone, call } = await greeted();
      const transferring = house.post(call, "transfer", { target: "202", kind: "attended" });
      await house.until(async () => (await telephones.channels()).length >= 4, "nobody is asked");
      phone.close();
      assert.equal((await transferring).status, 409);
      await house.lastCall();
      await house.nothingIsLeft(telephones);
    });

    test("the telephone system records", async () => {
      const { phone, call } = await greeted();
      assert.equal((await house.post(call, "telephone-recording")).status, 204);
      assert.equal((await house.post(call, "telephone-recording")).status, 409);
      const stopped = await house.client.delete(`/api/calls/${call}/telephone-recording`);
      assert.equal(stopped.status, 204, stopped.text);
      phone.close();
      await house.lastCall();
      await house.nothingIsLeft(telephones);
    });

    async function place(destination: string): Promise<Json> {
      const reply = await house.client.post("/api/calls/outbound", {
        agent_id: house.agent,
        destination,
        ring_seconds: 5,
      });
      assert.equal(reply.status, 202, reply.text);
      return reply.body.data;
    }

    test("somebody who is called hears the agent", async () => {
      const called = telephones.nextPhone();
      const placed = await place("200");
      assert.equal(placed.direction, "outbound");
      const phone = await called;
      await phone.untilSpoken();
      await phone.untilSilent();
      await house.ask(phone);
      phone.close();
      const call = await house.lastCall();
      assert.equal(call.id, placed.id);
      assert.equal(call.status, "completed");
      assert.equal(call.end_reason, "caller_hung_up");
      await house.nothingIsLeft(telephones);
    });

    for (const [destination, reason] of [
      ["201", "busy"],
      ["202", "no_answer"],
      ["999", "unreachable"],
    ])
      test(`a call to ${destination} ends as ${reason}`, async () => {
        const placed = await place(destination!);
        const call = await house.lastCall();
        assert.equal(call.id, placed.id);
        assert.equal(call.status, "failed");
        assert.equal(call.end_reason, reason);
        await house.nothingIsLeft(telephones);
      });

    test("a destination that might mean something else is refused", async () => {
      const reply = await house.client.post("/api/calls/outbound", {
        agent_id: house.agent,
        destination: "200@elsewhere",
      });
      assert.equal(reply.status, 422, reply.text);
    });

    test("the dialplan goes on with a call that is nobody's", async () => {
      const phone = await telephones.dial("150");
      const other = await telephones.nextPhone();
      const saying = phone.say(speech("Is somebody there?"));
      await other.untilSpoken();
      await saying;
      other.close();
      phone.close();
      await house.nothingIsLeft(telephones);
    });

    test("what a process left behind is taken down by the next one", async () => {
      const { phone } = await greeted();
      await house.server.stop("SIGKILL");
      const next = await Server.start({
        folder: house.server.folder,
        environment: {
          AIVA_AUDIOSOCKET_PORT: "0",
          AIVA_ARI_PASSWORD: account.password,
          ...settings,
        },
      });
      try {
        await phone.untilHungUp();
        await house.nothingIsLeft(telephones);
      } finally {
        await next.stop();
      }
    });
  });
}
