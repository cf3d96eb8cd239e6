// Zip archives with any claims, and Office packages in them.

import { crc32, deflateRawSync } from "./packing.mjs";

const put = (...fields) =>
  Buffer.concat(
    fields.map(([value, bytes]) => {
      const out = Buffer.alloc(bytes);
      if (bytes === 2) out.writeUInt16LE(value & 0xffff);
      else out.writeUInt32LE(value >>> 0);
      return out;
    }),
  );

// entries: {name, data} with optional packed (deflated bytes), crc, bytes, flags, offset, isStored.
export function zip(entries, { count = entries.length } = {}) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const entry of entries) {
    const data = Buffer.from(entry.data ?? "");
    const packed = entry.isStored ? data : (entry.packed ?? deflateRawSync(data));
    const name = Buffer.from(entry.name);
    const common = put(
      [20, 2],
      [entry.flags ?? 0, 2],
      [entry.isStored ? 0 : 8, 2],
      [0, 4],
      [entry.crc ?? crc32(data), 4],
      [packed.length, 4],
      [entry.bytes ?? data.length, 4],
      [name.length, 2],
      [0, 2],
    );
    const place = entry.offset ?? offset;
    if (entry.offset === undefined) {
      const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, name, packed]);
      parts.push(local);
      offset += local.length;
    }
    directory.push(
      Buffer.from("PK\x01\x02", "latin1"),
      put([20, 2]),
      common,
      put([0, 2], [0, 2], [0, 2], [0, 4], [place, 4]),
      name,
    );
  }
  const list = Buffer.concat(directory);
  const end = put([0, 2], [0, 2], [count, 2], [count, 2], [list.length, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...parts, list, Buffer.from("PK\x05\x06", "latin1"), end]);
}

const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

function relations(list) {
  const rows = list.map(
    ([type, target], i) =>
      `<Relationship Id="rId${i + 1}" Type="${office}/${type}" Target="${target}"/>`,
  );
  const name = "http://schemas.openxmlformats.org/package/2006/relationships";
  return `<Relationships xmlns="${name}">${rows.join("")}</Relationships>`;
}

function contentTypes(part, kind) {
  const type = `application/vnd.openxmlformats-officedocument.${kind}.main+xml`;
  return `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
    <Default Extension="rels"
      ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Default Extension="xml" ContentType="application/xml"/>
    <Override PartName="/${part}" ContentType="${type}"/></Types>`;
}

// `more` are further entries; `document` may be an entry with claims of its own.
export function docx(document, more = []) {
  const part = typeof document === "object" ? document : { data: document };
  return zip([
    {
      name: "[Content_Types].xml",
      data: contentTypes("word/document.xml", "wordprocessingml.document"),
    },
    { name: "_rels/.rels", data: relations([["officeDocument", "word/document.xml"]]) },
    { name: "word/document.xml", ...part },
    ...more,
  ]);
}

export const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
export const docxBody = (content, head = '<?xml version="1.0"?>') =>
  `${head}<w:document ${word}><w:body>${content}</w:body></w:document>`;

const sheets = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

// `rows` of one sheet, or a list of those of several.
export function xlsx(rows, strings) {
  const list = [rows].flat();
  const places = list.map((_, i) => `worksheets/sheet${i + 1}.xml`);
  const sheetOf = (content) => `<worksheet ${sheets}><sheetData>${content}</sheetData></worksheet>`;
  const parts = [
    ...places.map((place) => ["worksheet", place]),
    ["sharedStrings", "sharedStrings.xml"],
  ];
  const entries = list.map(
    (_, i) => `<sheet name="a${i === 0 ? "" : i + 1}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`,
  );
  return zip([
    { name: "[Content_Types].xml", data: contentTypes("xl/workbook.xml", "spreadsheetml.sheet") },
    { name: "_rels/.rels", data: relations([["officeDocument", "xl/workbook.xml"]]) },
    {
      name: "xl/workbook.xml",
      data: `<workbook ${sheets} xmlns:r="${office}"><sheets>
        ${entries.join("")}</sheets></workbook>`,
    },
    { name: "xl/_rels/workbook.xml.rels", data: relations(parts) },
    { name: "xl/sharedStrings.xml", data: `<sst ${sheets}>${strings}</sst>` },
    ...list.map((content, i) => ({ name: `xl/${places[i]}`, data: sheetOf(content) })),
  ]);
}

const shapes =
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ' +
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';

// The shapes of one slide, or a list of those of several.
export function pptx(tree) {
  const list = [tree].flat();
  const places = list.map((_, i) => `slides/slide${i + 1}.xml`);
  const ids = list.map((_, i) => `<p:sldId id="${256 + i}" r:id="rId${i + 1}"/>`);
  return zip([
    {
      name: "[Content_Types].xml",
      data: contentTypes("ppt/presentation.xml", "presentationml.presentation"),
    },
    { name: "_rels/.rels", data: relations([["officeDocument", "ppt/presentation.xml"]]) },
    {
      name: "ppt/presentation.xml",
      data: `<p:presentation ${shapes} xmlns:r="${office}"><p:sldIdLst>
        ${ids.join("")}</p:sldIdLst></p:presentation>`,
    },
    {
      name: "ppt/_rels/presentation.xml.rels",
      data: relations(places.map((place) => ["slide", place])),
    },
    ...list.map((content, i) => ({
      name: `ppt/${places[i]}`,
      data: `<p:sld ${shapes}><p:cSld><p:spTree>${content}</p:spTree></p:cSld></p:sld>`,
    })),
  ]);
}

const open = "urn:oasis:names:tc:opendocument:xmlns";

// An OpenDocument file; kind is text, spreadsheet or presentation.
export function openDocument(kind, content, head = "") {
  return zip([
    { name: "mimetype", data: `application/vnd.oasis.opendocument.${kind}`, isStored: true },
    {
      name: "content.xml",
      data: `${head}<office:document-content xmlns:office="${open}:office:1.0"
        xmlns:text="${open}:text:1.0" xmlns:table="${open}:table:1.0"
        xmlns:draw="${open}:drawing:1.0"><office:body><office:${kind}>${content}</office:${kind}>
        </office:body></office:document-content>`,
    },
  ]);
}

export function epub(chapter, { spine = 1 } = {}) {
  const items = '<itemref idref="a"/>'.repeat(spine);
  return zip([
    { name: "mimetype", data: "application/epub+zip", isStored: true },
    {
      name: "META-INF/container.xml",
      data:
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>' +
        '<rootfile full-path="c.opf" media-type="application/oebps-package+xml"/>' +
        "</rootfiles></container>",
    },
    {
      name: "c.opf",
      data: `<package xmlns="http://www.idpf.org/2007/opf"><manifest>
        <item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>
        <spine>${items}</spine></package>`,
    },
    { name: "a.xhtml", data: chapter },
  ]);
}
