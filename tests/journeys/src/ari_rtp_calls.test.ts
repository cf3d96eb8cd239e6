import assert from "node:assert/strict";
import { test } from "node:test";
import { callsOver } from "./ari_cases.ts";
import { emulated, House, real, withoutBursts } from "./ari_house.ts";
import { hasAsterisk } from "./asterisk.ts";

// The cases of src/ari_calls.test.ts with audio by RTP.

// A range of ports for each server, of which other programs hardly have any.
const byRtp = (format: string): Record<string, string> => {
  const first = 32_000 + 40 * Math.floor(Math.random() * 700);
  return {
    AIVA_ARI_MEDIA: "rtp",
    AIVA_ARI_MEDIA_FORMAT: format,
    AIVA_RTP_PORTS: `${first}-${first + 39}`,
  };
};
callsOver("ARI with audio by RTP", { begin: emulated, environment: () => byRtp("alaw") });
callsOver("ARI of a real Asterisk with audio by RTP", {
  skip: !hasAsterisk,
  begin: () => real(),
  environment: () => byRtp("ulaw"),
});

test("a call by ARI in samples of 16 kHz by RTP is answered", async () => {
  const telephones = withoutBursts(await emulated());
  const house = await House.open({ AIVA_ARI_URL: telephones.url, ...byRtp("slin16") });
  try {
    const phone = await telephones.dial("100");
    await phone.untilSpoken();
    await phone.untilSilent();
    await house.ask(phone);
    phone.close();
    assert.equal((await house.lastCall()).end_reason, "caller_hung_up");
    await house.nothingIsLeft(telephones);
  } finally {
    await house.server.remove();
    await telephones.stop();
  }
});
