// Writes the two office files among the documents of the golden set. The files are kept in git, so
// that the set does not depend on this; run it after a change in sources/.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

// The blocks of a text in a little of Markdown: headings, paragraphs, tables without a rule.
function readBlocks(name) {
  const text = readFileSync(join(here, "sources", name), "utf8");
  return text.trim().split(/\n\s*\n/).map((block) => {
    const heading = /^(#+) (.*)$/.exec(block);
    if (heading) return { level: heading[1].length, text: heading[2] };
    if (!block.startsWith("|")) return { level: 0, text: block.replaceAll("\n", " ") };
    return { rows: block.split("\n").map((row) => row.slice(2, -2).split(" | ")) };
  });
}

const escaped = (text) =>
  String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const relations = "http://schemas.openxmlformats.org/package/2006/relationships";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

function contentTypes(overrides) {
  const rows = overrides.map(
    ([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`,
  );
  return (
    declaration +
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
    '<Default Extension="rels" ' +
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Default Extension="xml" ContentType="application/xml"/>${rows.join("")}</Types>`
  );
}

function relationships(targets) {
  const rows = targets.map(
    ([type, target], i) =>
      `<Relationship Id="rId${i + 1}" Type="${office}/${type}" Target="${target}"/>`,
  );
  return `${declaration}<Relationships xmlns="${relations}">${rows.join("")}</Relationships>`;
}

function makeDocx(blocks) {
  const paragraph = (text, style) =>
    `<w:p>${style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : ""}` +
    `<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r></w:p>`;
  const table = (rows) =>
    `<w:tbl>${rows
      .map((row) => `<w:tr>${row.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join("")}</w:tr>`)
      .join("")}</w:tbl>`;
  const body = blocks.map((block) =>
    block.rows ? table(block.rows) : paragraph(block.text, block.level && `Heading${block.level}`),
  );
  const space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const style = (level) =>
    `<w:style w:type="paragraph" w:styleId="Heading${level}"><w:name w:val="heading ${level}"/>` +
    `<w:pPr><w:outlineLvl w:val="${level - 1}"/></w:pPr></w:style>`;
  const type = "application/vnd.openxmlformats-officedocument.wordprocessingml";
  return makeZip({
    "[Content_Types].xml": contentTypes([
      ["/word/document.xml", `${type}.document.main+xml`],
      ["/word/styles.xml", `${type}.styles+xml`],
    ]),
    "_rels/.rels": relationships([["officeDocument", "word/document.xml"]]),
    "word/_rels/document.xml.rels": relationships([["styles", "styles.xml"]]),
    "word/styles.xml": `${declaration}<w:styles ${space}>${style(1)}${style(2)}</w:styles>`,
    "word/document.xml":
      `${declaration}<w:document ${space}><w:body>${body.join("")}</w:body></w:document>`,
  });
}

// Every heading names the sheet of the table under it.
function makeXlsx(blocks) {
  const name = (column) => String.fromCharCode(65 + column);
  const cell = (value, row, column) =>
    /^\d+$/.test(value)
      ? `<c r="${name(column)}${row}"><v>${value}</v></c>`
      : `<c r="${name(column)}${row}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`;
  const space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const sheet = (rows) =>
    `${declaration}<worksheet ${space}><sheetData>${rows
      .map((row, i) => `<row r="${i + 1}">${row.map((v, j) => cell(v, i + 1, j)).join("")}</row>`)
      .join("")}</sheetData></worksheet>`;
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const names = blocks.filter((block) => !block.rows).map((block) => block.text);
  const tables = blocks.filter((block) => block.rows).map((block) => block.rows);
  const parts = Object.fromEntries(
    names.map((_, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheet(tables[i])]),
  );
  const list = names.map(
    (title, i) => `<sheet name="${escaped(title)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`,
  );
  return makeZip({
    "[Content_Types].xml": contentTypes([
      ["/xl/workbook.xml", `${type}.sheet.main+xml`],
      ...names.map((_, i) => [`/xl/worksheets/sheet${i + 1}.xml`, `${type}.worksheet+xml`]),
    ]),
    "_rels/.rels": relationships([["officeDocument", "xl/workbook.xml"]]),
    "xl/_rels/workbook.xml.rels": relationships(
      names.map((_, i) => ["worksheet", `worksheets/sheet${i + 1}.xml`]),
    ),
    "xl/workbook.xml":
      `${declaration}<workbook ${space} xmlns:r="${office}">` +
      `<sheets>${list.join("")}</sheets></workbook>`,
    ...parts,
  });
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

// A zip archive of files that are not compressed, dated 1 January 2026.
function makeZip(files) {
  const records = [];
  const directory = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const title = Buffer.from(name);
    const content = Buffer.from(text);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(((2026 - 1980) << 9) | (1 << 5) | 1, 8);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(title.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    records.push(Buffer.from("PK\x03\x04"), fields, title, content);
    directory.push(Buffer.from("PK\x01\x02\x14\x00"), fields, place, title);
    offset += 30 + title.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  const count = Object.keys(files).length;
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...records, ...directory, end]);
}

const write = (name, bytes) => writeFileSync(join(here, "documents", name), bytes);
write("glimt-stove-manual.docx", makeDocx(readBlocks("glimt-stove-manual.md")));
write("price-list-2026.xlsx", makeXlsx(readBlocks("price-list-2026.md")));
