// Text, markup, rows, JSON, RTF and mail.

import { repeated } from "./packing.mjs";

const lines = (count, line) => Array.from({ length: count }, (_, i) => line(i)).join("");
const wideRow = "<tr><td rowspan=99999999 colspan=99999999>x";
const tableRow = `\\trowd${"\\cellx1".repeat(100)} ${"a\\cell ".repeat(100)}\\row`;
const from = "From: a@x.org\r\n";

const textCases = (size) => [
  ["text-one-line.txt", () => repeated("word ", size << 23)],
  ["text-without-blanks.txt", () => repeated("a", size << 23)],
  [
    "text-only-line-ends.txt",
    () => Buffer.concat([Buffer.from("a"), repeated("\n", size << 23), Buffer.from("a")]),
  ],
  [
    "text-broken-utf8.txt",
    () => repeated(Buffer.from([0x61, 0x20, 0xc3, 0xe2, 0x82, 0x20]), size << 21),
  ],
  ["text-list-marks.txt", () => repeated("- 1. a) ", size << 21)],
  ["html-deep.html", () => `<!doctype html>${"<div>".repeat(size * 250000)}x`],
  ["html-deep-inline.html", () => `<!doctype html>${"<b><i>".repeat(size * 100000)}x`],
  ["html-misnested.html", () => `<!doctype html>${"<a><p><b></a>".repeat(size * 5000)}x`],
  ["html-misnested-tables.html", () => `<!doctype html>${"<table><b>x".repeat(size * 5000)}`],
  [
    "html-many-attributes.html",
    () =>
      `<!doctype html><p ${Array.from({ length: size * 10000 }, (_, i) => `a${i}=b`).join(" ")}>x`,
  ],
  ["html-wide-cells.html", () => `<!doctype html><table>${wideRow.repeat(size * 500)}</table>`],
  ["html-unclosed-tag.html", () => `<!doctype html><p>x<${"a".repeat(size << 22)}`],
  [
    "html-entities.html",
    () =>
      `<!doctype html><p>${"&CounterClockwiseContourIntegral;&#0;&#x110000;".repeat(size * 20000)}`,
  ],
  ["markdown-brackets.md", () => `# a\n\n${"[".repeat(size * 50000)}`],
  ["markdown-links.md", () => `# a\n\n${"[a](".repeat(size * 50000)}`],
  ["markdown-emphasis.md", () => `# a\n\n${"*a _b ".repeat(size * 50000)}`],
  ["markdown-quotes.md", () => `# a\n\n${">".repeat(size * 50000)} x`],
  ["markdown-lists.md", () => `# a\n\n${lines(size * 300, (i) => `${" ".repeat(i * 2)}- a\n`)}`],
  [
    "markdown-backticks.md",
    () => `# a\n\n${Array.from({ length: size * 500 }, (_, i) => "`".repeat(i + 1)).join(" ")}`,
  ],
  [
    "markdown-wide-table.md",
    () => `# a\n\n${["|a", "|-", "|\n"].map((cell) => cell.repeat(size * 2000)).join("|\n")}`,
  ],
  ["csv-many-columns.csv", () => `${"a,".repeat(size * 500000)}b\n`],
  ["csv-unclosed-quote.csv", () => `a,b\n1,"${"x,\n".repeat(size << 20)}`],
  ["csv-many-rows.csv", () => repeated("a,b,c\n", size * 3000000)],
  ["json-deep.json", () => "[".repeat(size * 1000000)],
  [
    "json-deep-closed.json",
    () => `${'[{"a":'.repeat(size * 100000)}1${"}]".repeat(size * 100000)}`,
  ],
  ["json-large-numbers.json", () => `[1e999999999,-1e-999999999,${"9".repeat(size << 20)}]`],
  ["json-many-values.json", () => `[${"1,".repeat(size * 2000000)}1]`],
  [
    "json-many-keys.json",
    () => `{${Array.from({ length: size * 200000 }, (_, i) => `"k${i}":${i}`).join(",")}}`,
  ],
  ["json-unfinished-text.json", () => `{"a":"${"\\u00".repeat(size << 19)}`],
  ["rtf-deep.rtf", () => `{\\rtf1 ${"{".repeat(size * 500000)}x`],
  ["rtf-binary-claims.rtf", () => "{\\rtf1 a{\\*\\bin2147483647 x}b\\bin-5 c}"],
  ["rtf-unicode-skips.rtf", () => `{\\rtf1 \\uc2147483647 ${"\\u8364 ".repeat(size * 50000)}x}`],
  ["rtf-tables.rtf", () => `{\\rtf1 ${lines(size * 200, () => tableRow)}}`],
  ["rtf-many-fonts.rtf", () => `{\\rtf1{\\fonttbl${lines(size * 20000, (i) => `{\\f${i} a;}`)}}x}`],
];

function nestedParts(depth) {
  let head = "From: a@x.org\r\nSubject: deep\r\n";
  let tail = "";
  for (let i = 0; i < depth; i++) {
    head += `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`;
    tail = `\r\n--b${i}--${tail}`;
  }
  return `${head}\r\nwords${tail}`;
}

const mailCases = (size) => [
  ["mail-deep.eml", () => nestedParts(5000)],
  [
    "mail-messages-in-messages.eml",
    () => `${"From: a@x.org\r\nSubject: s\r\nContent-Type: message/rfc822\r\n\r\n".repeat(5000)}x`,
  ],
  [
    "mail-many-headers.eml",
    () => `From: a@x.org\r\nSubject: s\r\n${"X-A: b\r\n".repeat(size * 100000)}\r\nx`,
  ],
  [
    "mail-long-header.eml",
    () => `From: a@x.org\r\nSubject: ${"=?utf-8?B?w6Q=?= ".repeat(size * 30000)}\r\n\r\nx`,
  ],
  [
    "mail-folded-header.eml",
    () => `From: a@x.org\r\nSubject: a\r\n${" a\r\n".repeat(size * 200000)}\r\nx`,
  ],
  [
    "mail-empty-boundary.eml",
    () =>
      `${from}Content-Type: multipart/mixed; boundary=""\r\n\r\n${"--\r\n".repeat(size * 100000)}`,
  ],
  [
    "mail-many-parts.eml",
    () =>
      `${from}Content-Type: multipart/mixed; boundary=b\r\n\r\n` +
      `${"--b\r\n\r\na\r\n".repeat(size * 30000)}--b--`,
    "files",
  ],
  [
    "mail-long-base64.eml",
    () => `From: a@x.org\r\nContent-Transfer-Encoding: base64\r\n\r\n${"QUFB".repeat(size << 20)}`,
  ],
  [
    "mail-quoted-printable.eml",
    () =>
      `${from}Content-Transfer-Encoding: quoted-printable\r\n\r\n${"=\r\n".repeat(size << 20)}=ZZ`,
  ],
  [
    "mail-box-of-many.mbox",
    () =>
      lines(
        size * 20000,
        () => `From a@x.org Mon Jan  1 00:00:00 2024\n${from}Subject: s\n\nwords\n\n`,
      ),
  ],
];

export const allTextCases = (size) => [...textCases(size), ...mailCases(size)];
