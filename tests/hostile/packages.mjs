// Zip archives, and what hides in the XML of Office documents.

import { docx, docxBody, epub, openDocument, pptx, word, xlsx, zip } from "./archives.mjs";
import { crc32, deflateRawSync, megabyte } from "./packing.mjs";

const paragraph = (text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;
const zeros = (bytes) => Buffer.alloc(bytes);

// Zeros packed once and counted often: the archive claims `copies` files over the same bytes.
function overlapping(copies) {
  const data = zeros(1 << 20);
  const first = {
    name: "0.txt",
    packed: deflateRawSync(data),
    crc: crc32(data),
    bytes: data.length,
  };
  const others = Array.from({ length: copies }, (_, i) => ({
    ...first,
    name: `${i + 1}.txt`,
    offset: 0,
  }));
  return zip([first, ...others], { count: copies + 1 });
}

function nested(levels) {
  let inner = zip([{ name: "zeros.txt", data: zeros(1 << 20) }]);
  for (let i = 0; i < levels; i++)
    inner = zip(Array.from({ length: 10 }, (_, k) => ({ name: `${k}.zip`, data: inner })));
  return inner;
}

const bombOf = (bytes, make) => {
  const data = zeros(bytes).fill(0x20);
  return make({ packed: deflateRawSync(data), bytes, crc: 0, data: "" });
};

function entities(levels) {
  const declared = ['<!ENTITY a0 "lol">'];
  for (let i = 1; i < levels; i++) declared.push(`<!ENTITY a${i} "${`&a${i - 1};`.repeat(10)}">`);
  return `<?xml version="1.0"?><!DOCTYPE x [${declared.join("")}]>`;
}

const outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';
const outsideByParameter =
  '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd" [' +
  '<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>';
const quadratic = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "${"e".repeat(100000)}">]>`;

const wideCell = '<w:tc><w:tcPr><w:gridSpan w:val="2147483647"/></w:tcPr><w:p/></w:tc>';

const zipCases = (size) => [
  ["zip-nested.zip", () => nested(5), "files"],
  ["zip-overlapping.zip", () => overlapping(9000), "files"],
  ["zip-ratio.docx", () => bombOf(size * 512 * megabyte, (entry) => docx(entry))],
  [
    "zip-ratio.zip",
    () => bombOf(size * 512 * megabyte, (entry) => zip([{ name: "a.txt", ...entry }])),
    "files",
  ],
  [
    "zip-lies-about-size.docx",
    () => docx({ packed: deflateRawSync(zeros(size << 22)), bytes: 10, data: "" }),
  ],
  [
    "zip-claims-four-gigabytes.docx",
    () => docx({ data: docxBody(paragraph("a")), bytes: 0xfffffffe }),
  ],
  ["zip-wrong-checksum.docx", () => docx({ data: docxBody(paragraph("a")), crc: 1 })],
  [
    "zip-offset-outside.docx",
    () => docx({ data: docxBody(paragraph("a")) }, [{ name: "x", offset: 0xfffffff0 }]),
  ],
  [
    "zip-60000-entries.zip",
    () =>
      zip(
        Array.from({ length: 60000 }, (_, i) => ({ name: `${i}.txt`, data: "a", isStored: true })),
      ),
    "files",
  ],
  [
    "zip-claims-60000-entries.zip",
    () => zip([{ name: "a.txt", data: "a" }], { count: 60000 }),
    "files",
  ],
  [
    "zip-climbs-out.zip",
    () =>
      zip(
        ["../../etc/passwd", "/etc/passwd", "C:\\a", "a\u0000b", "..\\..\\a"].map((name) => ({
          name,
          data: "words",
        })),
      ),
    "files",
  ],
  ["zip-encrypted.docx", () => docx({ data: docxBody(paragraph("a")), flags: 1 })],
  [
    "zip-two-documents-of-one-name.docx",
    () =>
      docx({ data: docxBody(paragraph("a")) }, [
        { name: "word/document.xml", data: docxBody(paragraph("b")) },
      ]),
  ],
  [
    "zip-contains-itself-by-name.zip",
    () =>
      zip([{ name: "zip-contains-itself-by-name.zip", data: zip([{ name: "a.txt", data: "a" }]) }]),
    "files",
  ],
];

const xmlCases = (size) => [
  ["xml-billion-laughs.docx", () => docx(docxBody(paragraph("&a9;"), entities(10)))],
  ["xml-billion-laughs.odt", () => openDocument("text", "<text:p>&a9;</text:p>", entities(10))],
  ["xml-quadratic-entities.docx", () => docx(docxBody(paragraph("&e;".repeat(100000)), quadratic))],
  ["xml-external-entity.docx", () => docx(docxBody(paragraph("&e;"), outside))],
  ["xml-external-entity.odt", () => openDocument("text", "<text:p>&e;</text:p>", outside)],
  [
    "xml-external-entity.epub",
    () =>
      epub(`${outside}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>&e;</p></body></html>`),
  ],
  ["xml-parameter-entity.docx", () => docx(docxBody(paragraph("a"), outsideByParameter))],
  ["xml-deep.docx", () => docx(docxBody("<w:sdt>".repeat(500000)))],
  [
    "xml-deep-tables.docx",
    () =>
      docx(
        docxBody(
          "<w:tbl><w:tr><w:tc>".repeat(150) + paragraph("a") + "</w:tc></w:tr></w:tbl>".repeat(150),
        ),
      ),
  ],
  ["xml-deep.pptx", () => pptx("<p:grpSp>".repeat(300000))],
  ["xml-deep.odt", () => openDocument("text", "<text:list><text:list-item>".repeat(300000))],
  [
    "xml-many-attributes.docx",
    () =>
      docx(docxBody(`<w:p ${Array.from({ length: 300000 }, (_, i) => `a${i}="b"`).join(" ")}/>`)),
  ],
  ["xml-long-attribute.docx", () => docx(docxBody(`<w:p a="${"x".repeat(size << 22)}"/>`))],
  ["xml-unclosed-comment.docx", () => docx(docxBody(`<!--${"-".repeat(size << 22)}`))],
  ["xml-many-paragraphs.docx", () => docx(docxBody("<w:p/>".repeat(size * 150000)))],
  [
    "xml-wide-table.docx",
    () => docx(docxBody(`<w:tbl><w:tr>${wideCell.repeat(20000)}</w:tr></w:tbl>`)),
  ],
  [
    "xml-utf-16-in-disguise.docx",
    () => docx({ data: Buffer.from(`\ufeff${docxBody(paragraph("&e;"), outside)}`, "utf16le") }),
  ],
  [
    "styles-based-on-each-other.docx",
    () =>
      docx(docxBody('<w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'), [
        {
          name: "word/styles.xml",
          data: `<w:styles ${word}><w:style w:type="paragraph" w:styleId="a">
            <w:basedOn w:val="b"/></w:style><w:style w:type="paragraph" w:styleId="b">
            <w:basedOn w:val="a"/></w:style></w:styles>`,
        },
      ]),
  ],
  [
    "epub-spine-of-a-million.epub",
    () => epub("<html><body><p>Text</p></body></html>", { spine: size * 60000 }),
  ],
];

const cells = (count, cell) =>
  Array.from({ length: count }, (_, i) => `<row r="${i + 1}">${cell(i + 1)}</row>`).join("");

const sheetCases = (size) => [
  [
    "sheet-shared-string-bomb.xlsx",
    () =>
      xlsx(
        cells(size * 20000, (r) => `<c r="A${r}" t="s"><v>0</v></c>`),
        `<si><t>${"s".repeat(32000)}</t></si>`,
      ),
  ],
  ["sheet-million-shared-strings.xlsx", () => xlsx("", "<si><t>a</t></si>".repeat(size * 250000))],
  [
    "sheet-rows-far-apart.xlsx",
    () =>
      xlsx(
        '<row r="1"><c r="A1"><v>1</v></c></row>' +
          '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        "",
      ),
  ],
  [
    "sheet-row-numbers-too-large.xlsx",
    () =>
      xlsx('<row r="99999999999999999999"><c r="ZZZZZZZZ99999999999999"><v>1</v></c></row>', ""),
  ],
  [
    "sheet-index-out-of-range.xlsx",
    () =>
      xlsx(
        '<row r="1"><c r="A1" t="s"><v>4294967295</v></c>' +
          '<c r="B1" s="99999"><v>1e999</v></c></row>',
        "",
      ),
  ],
  [
    "sheet-million-cells.xlsx",
    () =>
      xlsx(
        cells(size * 2500, (r) => `<c><v>${r}</v></c>`.repeat(100)),
        "",
      ),
  ],
  [
    "sheet-repeats-a-billion-rows.ods",
    () =>
      openDocument(
        "spreadsheet",
        '<table:table table:name="a">' +
          '<table:table-row table:number-rows-repeated="1000000000">' +
          '<table:table-cell table:number-columns-repeated="1000000000" ' +
          'office:value-type="float" office:value="1"><text:p>1</text:p>' +
          "</table:table-cell></table:table-row></table:table>",
      ),
  ],
];

export const packageCases = (size) => [...zipCases(size), ...xmlCases(size), ...sheetCases(size)];
