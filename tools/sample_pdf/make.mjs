// Writes samples/lumen-outdoor-handbook.pdf from handbook.md: `node tools/sample_pdf/make.mjs`.
// "---" starts a new page. The output depends on the input alone.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(here, "../../samples/lumen-outdoor-handbook.pdf");
const page = { width: 595, height: 842, margin: 64 };
const styles = {
  title: { font: "F2", size: 22, before: 0, after: 14 },
  heading: { font: "F2", size: 15, before: 16, after: 6 },
  text: { font: "F1", size: 11, before: 0, after: 7 },
  footer: { font: "F1", size: 9, before: 0, after: 0 },
};

// Widths of Helvetica in thousandths of its size (Adobe's metrics for the standard fonts), grouped.
const widths = new Map();
for (const [letters, width] of [
  ["ijl'", 222],
  [" .,:;/ftI!|[]()-", 278],
  ["r", 333],
  ["ckJsvxyz", 500],
  ["abdeghnopqu0123456789L?$", 556],
  ["FTZ", 611],
  ["ABEKPSVXY&", 667],
  ["CDHNRUw", 722],
  ["GOQ", 778],
  ["mM", 833],
  ["W", 944],
  ["%", 889],
])
  for (const letter of letters) widths.set(letter, width);

const widthOf = (text, size) =>
  ([...text].reduce((sum, letter) => sum + (widths.get(letter) ?? 556), 0) * size) / 1000;

function wrap(text, style) {
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer, style.size) > page.width - 2 * page.margin && line !== "") {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

const escape = (text) => text.replace(/[\\()]/g, (letter) => "\\" + letter);
const draw = (style, x, y, text) =>
  `BT /${style.font} ${style.size} Tf ${x} ${y.toFixed(1)} Td (${escape(text)}) Tj ET`;

function drawPage(blocks, number) {
  const commands = [];
  let y = page.height - page.margin;
  for (const block of blocks) {
    const [style, text] = block.startsWith("# ")
      ? [styles.title, block.slice(2)]
      : block.startsWith("## ")
        ? [styles.heading, block.slice(3)]
        : [styles.text, block];
    y -= style.before;
    for (const line of wrap(text, style)) {
      y -= style.size * 1.35;
      commands.push(draw(style, page.margin, y, line));
    }
    y -= style.after;
  }
  commands.push(draw(styles.footer, page.margin, 36, `Lumen Outdoor Support Handbook - ${number}`));
  return commands.join("\n");
}

const source = readFileSync(resolve(here, "handbook.md"), "utf8");
const pages = source.split("\n---\n").map((text) => text.trim().split(/\n\n+/));
const objects = [];
const add = (text) => objects.push(text);
const firstPage = 6;
add("<< /Type /Catalog /Pages 2 0 R >>");
const kids = pages.map((_, i) => `${firstPage + 2 * i} 0 R`).join(" ");
add(`<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`);
for (const name of ["Helvetica", "Helvetica-Bold"])
  add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`);
add("<< /Title (Lumen Outdoor Support Handbook) /Author (Lumen Outdoor) >>");
pages.forEach((blocks, i) => {
  const stream = drawPage(blocks, i + 1);
  add(
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${page.width} ${page.height}] ` +
      `/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${firstPage + 2 * i + 1} 0 R >>`,
  );
  add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
});

let file = "%PDF-1.4\n";
const offsets = objects.map((text, i) => {
  const offset = file.length;
  file += `${i + 1} 0 obj\n${text}\nendobj\n`;
  return offset;
});
const start = file.length;
file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
file += offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 5 0 R >>\n`;
file += `startxref\n${start}\n%%EOF\n`;
writeFileSync(output, file, "latin1");
console.log(`${output}: ${pages.length} pages, ${file.length} bytes`);
