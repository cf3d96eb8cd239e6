import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Browser, hasChromium } from "./chromium.ts";
import { repository } from "./server.ts";

// What the widget makes of Markdown, in a real browser.

const part = join(repository, "src/faces/http/endpoints/chat_page/widget/markdown.js");
const marks = 'target="_blank" rel="noopener noreferrer nofollow"';
const cases: [string, string][] = [
  ["plain\nsecond", "<p>plain<br>second</p>"],
  ["**b** *i* __b__ _i_", "<p><strong>b</strong> <em>i</em> <strong>b</strong> <em>i</em></p>"],
  ["~~s~~ snake_case_name 2 * 3 * 4", "<p><s>s</s> snake_case_name 2 * 3 * 4</p>"],
  ["***both***", "<p><strong><em>both</em></strong></p>"],
  ["`a <b>` and \\*no\\*", "<p><code>a &lt;b&gt;</code> and *no*</p>"],
  ["# Head\ntext", '<p class="heading"><strong>Head</strong></p><p>text</p>'],
  ["- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"],
  ["3. d\n4. e", '<ol start="3"><li>d</li><li>e</li></ol>'],
  ["> q\n> r", "<blockquote><p>q<br>r</p></blockquote>"],
  ["a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"],
  ["<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"],
  ["[x](javascript:alert(1)) [y](data:text/html,1)", "<p><span>x</span> <span>y</span></p>"],
  ["![p](https://e.example/p)", `<p>!<a href="https://e.example/p" ${marks}>p</a></p>`],
  ["[m](https://e.example/a_(b))", `<p><a href="https://e.example/a_(b)" ${marks}>m</a></p>`],
  [
    "[**https://e.example/a**](https://e.example/a)",
    `<p><a href="https://e.example/a" ${marks}><strong>https://e.example/a</strong></a></p>`,
  ],
  [
    "see https://e.example/a.",
    `<p>see <a href="https://e.example/a" ${marks}>https://e.example/a</a>.</p>`,
  ],
  ["yes [1], no [9] [2, 1]", "<p>yes <sup>1</sup>, no  <sup>1</sup></p>"],
  ["```js\na <b>\n```", '<pre tabindex="0" dir="ltr"><code>a &lt;b&gt;</code></pre>'],
  [
    "|a|b|\n|-|-|\n|1|**2**|",
    '<div class="table" tabindex="0" role="region" aria-label="T"><table>' +
      '<thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>' +
      "<tbody><tr><td>1</td><td><strong>2</strong></td></tr></tbody></table></div>",
  ],
];
const charactersMax = 32_000; // of an answer
const timeMaxMs = 10_000; // for one made to take long

test("Markdown becomes the elements that are known, and text", { skip: !hasChromium }, async () => {
  const browser = await Browser.start();
  try {
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
    for (const piece of ["*", "[", "`", "**a", "> ", "- ", "_a ", "[a](", "|", "\n|-\n", "h"]) {
      const text = piece.repeat(charactersMax / piece.length);
      const began = performance.now();
      await page.evaluate(`html(${JSON.stringify(text)}).length`);
      assert.ok(performance.now() - began < timeMaxMs, piece);
    }
  } finally {
    await browser.stop();
  }
});
