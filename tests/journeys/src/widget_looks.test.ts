import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  assertAccessible,
  at,
  keepPicture,
  lookBy,
  press,
  pressKey,
  write,
} from "./browser_view.ts";
import { Browser, hasChromium, type Page } from "./chromium.ts";
import type { Json } from "./client.ts";
import { present, question, said, WidgetHouse } from "./widget_house.ts";

// How the widget, the chat page and the call page look and are used: languages, colours, sizes, the
// keyboard, screen readers, and several widgets in a page.

const widget = "aiva-widget";
const input = `${widget} >>> textarea`;
const desktop = { width: 1000, height: 800, isStill: true };
const phone = { width: 390, height: 780, isStill: true };

let house: WidgetHouse;
let browser: Browser;
let agents: Record<string, Json>;

before(async () => {
  house = await WidgetHouse.build();
  await house.bringProducts();
  const calls = { allows_calls: true };
  const questions = { suggested_questions: [question] };
  agents = {
    en: await house.makeAgent("English", {}, { ...calls, ...questions, theme: "light" }),
    ar: await house.makeAgent(
      "Arabic",
      { language: "ar", greeting: "أهلاً بك في متجر الآلات! كيف يمكنني مساعدتك؟" },
      { ...calls, theme: "dark", accent_color: "#7a1fbf", position: "left" },
    ),
    de: await house.makeAgent(
      "German",
      { language: "de-AT", greeting: "Willkommen im Maschinenladen!" },
      { ...calls, ...questions, theme: "auto", accent_color: "#ffd23f" },
    ),
  };
  if (hasChromium) browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  await house.remove();
});

async function ask(page: Page, host: string, text: string): Promise<void> {
  await page.evaluate(`${at(`${host} >>> textarea`)}.focus()`);
  await write(page, text);
  await pressKey(page, "Enter");
  const shadow = `${at(host)}.shadowRoot`;
  await page.until(`${shadow}.querySelector(".rating") !== null`);
  await page.until(
    `[...${shadow}.querySelectorAll(".product canvas")].every((each) => each.width)`,
  );
}

/** The element whose focus it is, within shadow roots, too. */
const focused = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.getAttribute("aria-label") ?? active?.localName;
})()`;

const languages = [
  { lang: "en", dir: "ltr", isDark: false, send: "Send", theme: "light" },
  { lang: "ar", dir: "rtl", isDark: false, send: "إرسال", theme: "dark" },
  { lang: "de", dir: "ltr", isDark: true, send: "Senden", theme: "dark" },
  { lang: "de", dir: "ltr", isDark: false, send: "Senden", theme: "light" },
  { lang: "ar", dir: "rtl", isDark: false, send: "إرسال", theme: "light", wanted: "light" },
];

describe("the widget's looks", { skip: !hasChromium }, () => {
  for (const { lang, dir, isDark, send, theme, wanted } of languages) {
    const name = `${lang}-${theme}`;
    test(`are whole in ${lang} and ${theme}, for everybody`, async () => {
      const slug = agents[lang]!.slug;
      const settings = { "data-agent": slug, ...(wanted ? { "data-theme": wanted } : {}) };
      const page = await browser.open(house.page([settings], lang));
      await lookBy(page, { ...desktop, isDark });
      await present(page);
      await assertAccessible(page, `the closed widget, ${name}`);
      await press(page, `${widget} >>> .launcher`);
      const root = at(`${widget} >>> .root`);
      assert.equal(await page.evaluate(`${root}.dir`), dir);
      assert.equal(await page.evaluate(`${root}.dataset.theme`), theme);
      assert.equal(await page.evaluate(`${at(`${widget} >>> .send`)}.ariaLabel`), send);
      await assertAccessible(page, `the greeting, ${name}`);
      await ask(page, widget, question);
      await press(page, `${widget} >>> .cite`);
      await assertAccessible(page, `an answer, ${name}`);
      await keepPicture(page, `widget-${name}`);
      assert.deepEqual(page.complaints, []);
      await page.evaluate("localStorage.clear()");
      await page.close();
    });

    if (wanted) continue;
    test(`of the pages are whole in ${lang} and ${theme}, for everybody`, async () => {
      const slug = agents[lang]!.slug;
      const chat = await browser.open(`${house.server.ready.url}/aiva/chat/${slug}`);
      await lookBy(chat, { ...desktop, isDark });
      await chat.until(`${at("main >>> textarea")} !== null`);
      assert.equal(await chat.evaluate("document.documentElement.dir"), dir);
      await ask(chat, "main", question);
      await assertAccessible(chat, `the chat page, ${name}`);
      await keepPicture(chat, `chat-page-${name}`);
      assert.deepEqual(chat.complaints, []);
      await chat.evaluate("localStorage.clear()");
      await chat.close();

      const call = await browser.open(`${house.server.ready.url}/aiva/call/${slug}`);
      await lookBy(call, { ...desktop, isDark });
      assert.equal(await call.evaluate("document.documentElement.dir"), dir);
      await assertAccessible(call, `the call page, ${name}`);
      await keepPicture(call, `call-page-${name}`);
      assert.deepEqual(call.complaints, []);
      await call.close();
    });
  }

  test("fill the screen of a phone, and are led by the keyboard", async () => {
    const page = await browser.open(house.page([{ "data-agent": agents["en"]!.slug }]));
    await lookBy(page, phone);
    await present(page);
    await press(page, `${widget} >>> .launcher`);
    const box = await page.evaluate(`(() => {
      const { x, y, width, height } = ${at(`${widget} >>> .panel`)}.getBoundingClientRect();
      return { x, y, width, height };
    })()`);
    assert.deepEqual(box, { x: 0, y: 0, width: phone.width, height: phone.height });
    assert.equal(await page.evaluate(`${at(`${widget} >>> .panel`)}.ariaModal`), "true");
    await ask(page, widget, question);
    await keepPicture(page, "widget-phone");
    await assertAccessible(page, "the phone");
    await page.evaluate(`${at(input)}.focus()`);
    const stops = new Set<string>();
    for (let i = 0; i < 30; ++i) {
      await pressKey(page, "Tab");
      stops.add(await page.evaluate(focused));
      assert.equal(await page.evaluate("document.activeElement.localName"), widget); // not the page
    }
    assert.ok(stops.has("Close the chat") && stops.has("Your message"), [...stops].join());
    await pressKey(page, "Tab", true);
    await pressKey(page, "Escape");
    assert.equal(await page.evaluate(`${at(`${widget} >>> .panel`)}.hidden`), true);
    assert.match(await page.evaluate(focused), /^Open the chat/);
    assert.equal(await page.evaluate("document.documentElement.style.overflow"), "");
    assert.deepEqual(page.complaints, []);
    await page.evaluate("localStorage.clear()");
    await page.close();
  });

  test("of several widgets stand beside one another, and each is led by scripts", async () => {
    const [one, two] = [agents["en"]!.slug, agents["de"]!.slug];
    const page = await browser.open(
      house.page([
        { "data-agent": one, "data-title": "First" },
        { "data-agent": two, "data-language": "en", "data-color": "#0b6e4f" },
        { "data-agent": one },
      ]),
    );
    await lookBy(page, desktop);
    await page.until("document.querySelectorAll('aiva-widget').length === 2");
    const lefts: number[] = await page.evaluate(
      `[...document.querySelectorAll("aiva-widget")].map((host) =>
        host.shadowRoot.querySelector(".launcher").getBoundingClientRect().left)`,
    );
    assert.ok(Math.abs(lefts[0]! - lefts[1]!) >= 60, String(lefts));
    await page.evaluate(`
      window.told = [];
      for (const name of ["open", "close", "question", "answer"])
        aiva.on(name, ({ agent }) => told.push(name + " " + agent));
      aiva.ask(${JSON.stringify(question)}, "${two}")`);
    const second = `${widget}[data-agent="${two}"]`;
    assert.match(await page.evaluate(said("assistant", second)), /five years/);
    assert.equal(await page.evaluate(said("user", `${widget}[data-agent="${one}"]`)), "");
    await page.evaluate(`aiva.open("${one}")`);
    assert.equal(await page.evaluate(`${at(`${second} >>> .panel`)}.hidden`), true);
    await page.evaluate(`aiva.setTheme("dark", "${one}")`);
    await keepPicture(page, "widgets");
    await page.evaluate(`aiva.close("${one}")`);
    assert.deepEqual(await page.evaluate("told"), [
      `open ${two}`,
      `question ${two}`,
      `answer ${two}`,
      `close ${two}`,
      `open ${one}`,
      `close ${one}`,
    ]);
    await assert.rejects(page.evaluate('aiva.open("nobody")'), /no such chat/);
    assert.deepEqual(page.complaints, []);
    await page.evaluate("localStorage.clear()");
    await page.close();
  });

  test("are not there for agents that are not, nor on pages that may not", async () => {
    const page = await browser.open(house.page([{ "data-agent": "nobody" }]));
    const other = await house.makeAgent("Elsewhere", {}, { allowed_origins: [] });
    const barred = await browser.open(house.page([{ "data-agent": other.slug }]));
    for (const each of [page, barred]) {
      await each.until("typeof aiva === 'object' && aiva.all.size === 0");
      assert.equal(await each.evaluate(`document.querySelector("${widget}")`), null);
      await each.close();
    }
  });
});
