import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { at, keepPicture, lookBy, press, pressKey, write } from "./browser_view.ts";
import { Browser, hasChromium, type Page } from "./chromium.ts";
import type { Json } from "./client.ts";
import { present, question, said, WidgetHouse } from "./widget_house.ts";

// The widget in pages of another origin, whose policy lets in nothing but the server's own script.

const bytesMax = 40_000; // gzipped, all that a page loads for it
const desktop = { width: 1100, height: 800 };
const widget = "aiva-widget";
const input = `${widget} >>> textarea`;
const answer = /lasts five years/;

let house: WidgetHouse;
let browser: Browser;

before(async () => {
  house = await WidgetHouse.build();
  await house.bringProducts();
  if (hasChromium) browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  await house.remove();
});

/** Opens a page with the widget of an agent, and the widget. */
async function opened(slug: string, settings: Record<string, string> = {}): Promise<Page> {
  const page = await browser.open(house.page([{ "data-agent": slug, ...settings }]));
  await lookBy(page, desktop);
  await present(page);
  await press(page, `${widget} >>> .launcher`);
  await page.until(`${at(input)} === ${at(widget)}.shadowRoot.activeElement`);
  return page;
}

async function ask(page: Page, text: string): Promise<void> {
  await page.evaluate(`${at(input)}.focus()`);
  await write(page, text);
  await pressKey(page, "Enter");
}

/** Waits until answers stand there, and nothing goes on. */
async function answered(page: Page, count: number): Promise<void> {
  const answers = `${at(widget)}.shadowRoot.querySelectorAll(".message.assistant .rating").length`;
  await page.until(`${answers} === ${count} && ${at(`${widget} >>> .busy`)} === null`);
}

/** What the browser keeps of the conversation with an agent. */
function kept(page: Page, slug: string): Promise<Json> {
  const name = `aiva.chat.${new URL(house.relay.url).host}.${slug}`;
  return page.evaluate(`JSON.parse(localStorage.getItem("${name}"))`);
}

test("the widget is one small script that pages may name by its digest", async () => {
  const served = await fetch(`${house.server.ready.url}/aiva/widget.js`, {
    headers: { origin: house.siteUrl },
  });
  const script = Buffer.from(await served.arrayBuffer());
  const size = gzipSync(script).byteLength;
  assert.ok(size <= bytesMax, `${size} bytes gzipped`);
  assert.equal(served.headers.get("access-control-allow-origin"), house.siteUrl);
  assert.doesNotMatch(script.toString(), /innerHTML|insertAdjacentHTML|\beval\(|new Function/);

  const agent = await house.makeAgent("Digest");
  const code = (await house.client.get(`/api/agents/${agent.id}/embed-code`)).body.data;
  const digest = createHash("sha256").update(script).digest("base64");
  assert.equal(code.script_integrity, `sha256-${digest}`);
  const page = await browser?.open(
    house.page([
      { "data-agent": agent.slug, integrity: code.script_integrity, crossorigin: "anonymous" },
    ]),
  );
  if (page) await present(page);
  await page?.close();
});

describe("the widget in a browser", { skip: !hasChromium }, () => {
  test("answers with formatted text and sources that open, and takes ratings", async () => {
    const agent = await house.makeAgent(
      "Desk",
      {},
      {
        title: "Ask the shop",
        suggested_questions: [question, "Do you have a Quiet Mug?"],
      },
    );
    const page = await opened(agent.slug);
    assert.equal(await page.evaluate(said("assistant")), "Welcome to the machine shop!");
    await keepPicture(page, "widget-greeting");
    await press(page, `${widget} >>> .suggestions button`);
    await answered(page, 1);

    const body = `${widget} >>> .message.assistant:last-child .body`;
    assert.match(await page.evaluate(said("assistant")), answer);
    assert.equal(await page.evaluate(`${at(`${body} strong`)}.textContent`), "warranty");
    assert.equal(await page.evaluate(`${at(`${body} a`)}.href`), "https://shop.example/terms");
    assert.match(await page.evaluate(`${at(body)}.textContent`), /<b onclick/); // text, no element
    assert.equal(await page.evaluate(`${at(`${body} b`)}`), null);
    await press(page, `${body} .cite`);
    const quote = `${widget} >>> .sources blockquote`;
    assert.match(await page.evaluate(`${at(quote)}.innerText`), answer);
    assert.match(
      await page.evaluate(`${at(`${widget} >>> .source`)}.innerText`),
      /machine\.txt, page 1/,
    );

    await press(page, `${widget} >>> [aria-label="Helpful"]`);
    await page.until(`${at(`${widget} >>> .rating [role=status]`)}.textContent !== ""`);
    const report = (await house.client.get(`/api/chat/feedback?agentId=${agent.id}`)).body.data;
    assert.equal(report.up, 1);
    await keepPicture(page, "widget-answer");
    assert.deepEqual(page.complaints, []);
    await page.close();
  });

  test("shows products and pictures under a policy that allows no images", async () => {
    const agent = await house.makeAgent("Goods");
    const page = await opened(agent.slug);
    await ask(page, "Do you have a Quiet Mug?");
    await answered(page, 1);
    const card = `${widget} >>> .product`;
    await page.until(`${at(`${card} canvas`)}?.width > 0`);
    assert.match(await page.evaluate(`${at(card)}.innerText`), /Quiet Mug[\s\S]*\$\d/);
    assert.match(await page.evaluate(`${at(`${card} a`)}.href`), /^https?:/);
    await keepPicture(page, "widget-products");

    await ask(page, "Where is the showroom of the company shown?");
    await answered(page, 2);
    const label = "Enlarge: The showroom of the company";
    const room = `${widget} >>> .message:last-child [aria-label="${label}"]`;
    await page.until(`${at(`${room} canvas`)}?.width > 0`);
    await press(page, room);
    await page.until(`${at(`${widget} >>> .lightbox canvas`)}?.width >= 300`);
    await keepPicture(page, "widget-picture");
    await pressKey(page, "Escape");
    assert.equal(await page.evaluate(`${at(`${widget} >>> .lightbox`)}`), null);
    assert.equal(await page.evaluate(`${at(`${widget} >>> .panel`)}.hidden`), false);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });

  test("stops an answer, and says so", async () => {
    const agent = await house.makeAgent("Slow");
    const page = await opened(agent.slug);
    await house.fault({ kind: "slow", delay_ms: 400, count: 1 });
    await ask(page, question);
    await page.until(`${said("assistant")}.split(" / ").length > 1`);
    await press(page, `${widget} >>> [aria-label="Stop"]`);
    await page.until(`${at(`${widget} >>> .status`)}.textContent === "Stopped."`);
    assert.doesNotMatch(await page.evaluate(said("assistant")), /terms/);
    await house.fault(null);

    await ask(page, question);
    await page.until(`/terms/.test(${said("assistant")})`);
    await page.close();
  });

  test("goes on where the connection was lost, and where the page was left", async () => {
    const agent = await house.makeAgent("Far");
    const page = await opened(agent.slug);
    await house.fault({ kind: "slow", delay_ms: 300, count: 2 });
    await ask(page, question);
    await page.until(`/warranty/.test(${said("assistant")})`);
    house.relay.isDown = true;
    house.relay.cut();
    await page.until(`/Trying again/.test(${at(`${widget} >>> .status`)}.textContent)`);
    house.relay.isDown = false;
    await answered(page, 1);
    assert.match(await page.evaluate(said("assistant")), answer);

    await ask(page, "Is a Quiet Mug dishwasher-safe?");
    await page.until(`/Quiet/.test(${said("assistant")})`);
    await page.send("Page.reload");
    await page.until(`document.readyState === "complete" && ${at(input)} !== null`);
    await answered(page, 2); // the panel is open again by itself
    const all: string = await page.evaluate(said("assistant"));
    assert.equal(all.split("dishwasher-safe").length, 2, all);
    assert.equal((await page.evaluate(said("user"))).split(" / ").length, 2);
    await house.fault(null);

    await press(page, `${widget} >>> [aria-label="New conversation"]`);
    assert.equal(await page.evaluate(said("user")), "");
    assert.equal(await kept(page, agent.slug), null);
    await page.close();
  });

  test("goes on in another page of the site that was there before", async () => {
    const agent = await house.makeAgent("Pages");
    const other = await browser.open(house.page([{ "data-agent": agent.slug }]));
    await lookBy(other, desktop);
    await present(other);
    const page = await opened(agent.slug);
    await ask(page, question);
    await answered(page, 1);
    const { token } = await kept(page, agent.slug);

    await press(other, `${widget} >>> .launcher`);
    await answered(other, 1);
    assert.match(await other.evaluate(said("assistant")), answer);
    assert.equal((await kept(other, agent.slug)).token, token);
    await other.close();
    await page.close();
  });

  test("shows that a person answers, and counts what was not read", async () => {
    const agent = await house.makeAgent("People");
    const page = await opened(agent.slug);
    await ask(page, question);
    await answered(page, 1);
    const { session } = await kept(page, agent.slug);
    const path = `/api/chat/sessions/${session}`;
    assert.equal((await house.client.post(`${path}/transfer`, { reason: "asked" })).status, 200);
    await ask(page, "I want to speak with a person.");
    const notice = `${widget} >>> .notice`;
    await page.until(`/will answer/.test(${at(notice)}.innerText)`);
    await pressKey(page, "Escape");
    assert.equal(await page.evaluate(`${at(`${widget} >>> .panel`)}.hidden`), true);
    assert.equal((await house.client.post(`${path}/claim`)).status, 200);
    const reply = await house.client.post(`${path}/replies`, { content: "This is **Ada**." });
    assert.equal(reply.status, 201, reply.text);

    const badge = `${widget} >>> .badge`;
    await page.until(`!${at(badge)}.hidden && ${at(badge)}.textContent === "1"`);
    await keepPicture(page, "widget-unread");
    await press(page, `${widget} >>> .launcher`);
    assert.equal(await page.evaluate(said("operator")), "This is Ada.");
    assert.match(await page.evaluate(`${at(notice)}.innerText`), /is answering you/);
    await keepPicture(page, "widget-person");
    assert.equal((await house.client.post(`${path}/give-back`)).status, 200);
    await page.until(`${at(notice)}.hidden`);
    assert.deepEqual(page.complaints, []);
    await page.close();
  });

  test("opens the call page for agents that take calls", async () => {
    const agent = await house.makeAgent("Phone", {}, { allows_calls: true });
    const page = await opened(agent.slug);
    await press(page, `${widget} >>> [aria-label="Call"]`);
    const frame = `${widget} >>> iframe`;
    await page.until(`${at(frame)}.src.startsWith("${house.relay.url}/aiva/call/${agent.slug}")`);
    assert.match(await page.evaluate(`${at(frame)}.allow`), /microphone/);
    await page.until(`${at(frame)}.getClientRects().length > 0`);
    await keepPicture(page, "widget-call");
    await press(page, `${widget} >>> [aria-label="Back to the chat"]`);
    assert.equal(await page.evaluate(`${at(frame)}.src`), "about:blank");
    assert.deepEqual(page.complaints, []);
    await page.close();
    const quiet = await opened((await house.makeAgent("Quiet")).slug);
    assert.equal(await quiet.evaluate(`${at(`${widget} >>> [aria-label="Call"]`)}.hidden`), true);
    await quiet.close();
  });

  test("says in words why there is no answer, and tries again under the same name", async () => {
    const agent = await house.makeAgent("Broken");
    const page = await opened(agent.slug);
    await house.fault({ kind: "quota", count: 10 });
    await ask(page, question);
    const retry = `${widget} >>> .retry`;
    await page.until(`${at(retry)} !== null`);
    assert.match(
      await page.evaluate(`${at(`${widget} >>> .status`)}.innerText`),
      /^(Something went wrong|No answer is possible)/,
    );
    await house.fault(null);
    await press(page, retry);
    await answered(page, 1);
    const { session } = await kept(page, agent.slug);
    const all = (await house.client.get(`/api/chat/${session}/messages`)).body.data.items;
    assert.equal(all.filter((message: Json) => message.role === "user").length, 1);
    await page.close();
  });
});
