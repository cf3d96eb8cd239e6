import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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
import { repository } from "./server.ts";
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
    }
    assert.ok(stops.has("Close the chat") && stops.has("Your message"), [...stops].join());
    assert.ok(!stops.has("body") && !stops.has("button"), [...stops].join()); // the page's own
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

describe("the widget's Markdown", { skip: !hasChromium }, () => {
  const part = join(repository, "src/faces/http/endpoints/chat_page/widget/markdown.js");
  const cases: [string, string][] = [
    ["plain\nsecond", "<p>plain<br>second</p>"],
    [
      "**b** *i* __b__ _i_ ~~s~~ snake_case_name 2 * 3 * 4",
      "<p><strong>b</strong> <em>i</em> <strong>b</strong> <em>i</em> <s>s</s> snake_case_name 2 * 3 * 4</p>",
    ],
    ["***both***", "<p><strong><em>both</em></strong></p>"],
    ["`a <b>` and \\*no\\*", "<p><code>a &lt;b&gt;</code> and *no*</p>"],
    ["# Head\ntext", '<p class="heading"><strong>Head</strong></p><p>text</p>'],
    [
      "- a\n- b\n  - c\n\n3. d\n4. e",
      '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol start="3"><li>d</li><li>e</li></ol>',
    ],
    ["> q\n> r", "<blockquote><p>q<br>r</p></blockquote>"],
    ["<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"],
    ["[x](javascript:alert(1)) [y](data:text/html,1)", "<p><span>x</span> <span>y</span></p>"],
    [
      "![p](https://e.example/p.png)",
      '<p>!<a href="https://e.example/p.png" target="_blank" rel="noopener noreferrer nofollow">p</a></p>',
    ],
    [
      "see https://e.example/a_(b).",
      '<p>see <a href="https://e.example/a_" target="_blank" rel="noopener noreferrer nofollow">https://e.example/a_</a>(b).</p>',
    ],
    ["yes [1], no [9] [2, 1]", "<p>yes <sup>1</sup>, no  <sup>1</sup></p>"],
    ["```js\na <b>\n```", '<pre tabindex="0" dir="ltr"><code>a &lt;b&gt;</code></pre>'],
    [
      "|a|b|\n|-|-|\n|1|**2**|",
      '<div class="table" tabindex="0" role="region" aria-label="T"><table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody><tr><td>1</td><td><strong>2</strong></td></tr></tbody></table></div>',
    ],
  ];

  test("makes elements of what it knows, and text of everything else", async () => {
    const page = await browser.open("about:blank#markdown");
    await page.evaluate(`${readFileSync(part, "utf8")}
      window.html = (text) => {
        const cite = (number) => {
          if (number !== 1) return undefined;
          const mark = document.createElement("sup");
          mark.textContent = "1";
          return mark;
        };
        const box = document.createElement("div");
        box.append(renderMarkdown(text, cite, "T"));
        return box.innerHTML;
      };0`);
    for (const [text, html] of cases)
      assert.equal(await page.evaluate(`html(${JSON.stringify(text)})`), html, text);
    // What is made to take long does not.
    for (const piece of ["*", "[", "`", "**a", "> ", "- ", "_a ", "[a](", "|"]) {
      const began = performance.now();
      await page.evaluate(`html(${JSON.stringify(piece.repeat(32_000 / piece.length))}).length`);
      assert.ok(performance.now() - began < 10_000, piece);
    }
    await page.close();
  });
});
