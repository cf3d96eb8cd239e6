// Files of a wanted size for what reads them: made anew for each run, since text that was read
// before has its vectors already.
import { deflateSync, crc32 } from "node:zlib";
import { pdfOf, wrap } from "../crash/sample_documents.mjs";
import { docx, docxBody, pptx, xlsx } from "../hostile/archives.mjs";
import { passage } from "./installation.mjs";

const linesOfPage = 50;
const columnsOfPage = 80;
const paragraphsOfPage = 8; // of about 400 characters each: a page in print
const bulletsOfSlide = 5;
const columnsOfSheet = 6;

const paragraphs = (random, count) => Array.from({ length: count }, () => passage(random));

/** A picture (PNG) of so many pixels a side, another for each number. */
export function picture(side, number) {
  const chunk = (type, data) => {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length, 0);
    out.write(type, 4, "latin1");
    data.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(side * (1 + side * 3));
  for (let y = 0; y < side; ++y)
    for (let x = 0; x < side; ++x)
      rows.set(
        [(x * 7 + number * 31) & 255, (y * 5 + number * 17) & 255, ((x ^ y) + number) & 255],
        y * (1 + side * 3) + 1 + x * 3,
      );
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A PDF with so many lines on each page; by themselves pages are full of small text. */
export function makePdf(random, pages, linesEach = linesOfPage) {
  const page = () => {
    const lines = [];
    while (lines.length < linesEach) lines.push(...wrap(passage(random), columnsOfPage));
    return lines.slice(0, linesEach);
  };
  return pdfOf(Array.from({ length: pages }, page));
}

/** A Word file with a heading on each page and a break behind it. */
export function makeDocx(random, pages) {
  const run = (text) => `<w:r><w:t>${text}</w:t></w:r>`;
  const paragraph = (text) => `<w:p>${run(text)}</w:p>`;
  const heading = (text) => `<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr>${run(text)}</w:p>`;
  const pageBreak = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>';
  const page = (_, at) =>
    heading(`Chapter ${at + 1}`) +
    paragraphs(random, paragraphsOfPage).map(paragraph).join("") +
    pageBreak;
  return docx(docxBody(Array.from({ length: pages }, page).join("")));
}

/** Slides with a title and some sentences each. */
export function makePptx(random, slides) {
  const shape = (type, texts) =>
    `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${type}"/></p:nvPr></p:nvSpPr><p:txBody>` +
    texts.map((text) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`).join("") +
    "</p:txBody></p:sp>";
  const sentence = () => `${passage(random).split(".")[0]}.`;
  const slide = (_, at) =>
    shape("title", [`Part ${at + 1}`]) +
    shape("body", Array.from({ length: bulletsOfSlide }, sentence));
  return pptx(Array.from({ length: slides }, slide));
}

/** A workbook of sheets of so many rows, a word in each cell. */
export function makeXlsx(random, sheets, rows) {
  const cell = (text, place) => `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`;
  const row = (_, at) => {
    const words = passage(random).replace(/[.]/g, "").split(" ").slice(1, columnsOfSheet);
    const texts = [...words, Math.floor(random() * 1e6)];
    const cells = texts.map((text, i) => cell(text, `${"ABCDEF"[i]}${at + 1}`));
    return `<row r="${at + 1}">${cells.join("")}</row>`;
  };
  const sheet = () => Array.from({ length: rows }, row).join("");
  return xlsx(Array.from({ length: sheets }, sheet), "");
}
