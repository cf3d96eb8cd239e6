// Files that are not what they say, are several things at once, end early, or are noise.

import { docx, docxBody, epub, xlsx } from "./archives.mjs";
import { png } from "./images.mjs";
import { gzipSync, noise, repeated } from "./packing.mjs";

const zeros = (bytes) => Buffer.alloc(bytes);

const goodDocx = () => docx(docxBody("<w:p><w:r><w:t>A document that is whole.</w:t></w:r></w:p>"));
const rows = '<row r="1"><c><v>1</v></c></row>'.repeat(100);
const disguises = [
  ["png-named.pdf", () => png(10, 10, zeros(110))],
  ["pdf-named.docx", () => Buffer.from("%PDF-1.7\nnothing")],
  ["ole-named.docx", () => Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), noise(100000)])],
  ["program-named.txt", () => Buffer.concat([Buffer.from("\x7fELF", "latin1"), noise(10000)])],
  ["packed-named.txt", () => gzipSync(repeated("words ", 10000))],
  ["noise-named.html", () => noise(1000000)],
  ["docx-named.xlsx", goodDocx],
  [
    "pdf-and-zip.pdf",
    () => Buffer.concat([Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"), goodDocx()]),
  ],
  [
    "html-with-pdf-inside.html",
    () =>
      Buffer.concat([
        Buffer.from(`<!doctype html><p>${"x".repeat(900)}`),
        Buffer.from("%PDF-1.7\n"),
        noise(1000),
      ]),
  ],
  [
    "gif-and-script.html",
    () => Buffer.from("GIF89a=1;<script>alert(1)</script><!doctype html><p>x"),
  ],
  ["mail-and-html.eml", () => Buffer.from("From: a@x.org\nSubject: <script>\n\n<html><p>x</html>")],
  ["truncated.docx", () => goodDocx().subarray(0, 700)],
  ["truncated.xlsx", () => xlsx(rows, "").subarray(0, 900)],
  ["truncated.epub", () => epub("<html><body><p>Text</p></body></html>").subarray(0, 400)],
  ["empty.pdf", () => Buffer.alloc(0)],
  ["zeros.docx", () => zeros(1 << 20)],
];

// Noise behind the first bytes of every format.
const signatures = {
  pdf: "%PDF-1.4\n",
  docx: "PK\x03\x04",
  doc: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
  png: "\x89PNG\r\n\x1a\n",
  jpeg: "\xff\xd8\xff\xe0",
  gif: "GIF89a",
  bmp: "BM",
  webp: "RIFF\x10\0\0\0WEBPVP8 ",
  tiff: "II*\0\x08\0\0\0",
  rtf: "{\\rtf1 ",
  html: "<!doctype html>",
  json: '{"a":',
  eml: "From: a@x.org\r\n",
  xml: '<?xml version="1.0"?>',
};
const noises = Object.entries(signatures).flatMap(([suffix, head], i) =>
  [1, 2].map((seed) => [
    `noise-${seed}.${suffix}`,
    () => Buffer.concat([Buffer.from(head, "latin1"), noise(20000 * seed, seed * 100 + i)]),
  ]),
);

export const disguiseCases = () => [...disguises, ...noises];
