// Files of our own making that journeys upload: PDFs of text and of scans, zip archives.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";

interface Image {
  width: number;
  height: number;
  grey: Buffer; // a byte a pixel
}

/** A page of a PDF: lines of text, or the picture of a page. */
export type Page = { lines: string[] } | { image: Image };

function makeStream(entries: string, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`<<${entries}/Length ${content.length}>>stream\n`),
    content,
    Buffer.from("\nendstream"),
  ]);
}

/** A PDF 1.4 of pages of A4. */
export function makePdf(pages: Page[]): Buffer {
  const objects: Buffer[] = [];
  const kids = pages.map((_, i) => `${4 + 3 * i} 0 R`).join(" ");
  objects.push(Buffer.from("<</Type/Catalog/Pages 2 0 R>>"));
  objects.push(Buffer.from(`<</Type/Pages/Count ${pages.length}/Kids[${kids}]>>`));
  objects.push(Buffer.from("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"));
  for (const page of pages) {
    const number = objects.length + 1;
    objects.push(
      Buffer.from(
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${number + 1} 0 R` +
          `/Resources<</Font<</F 3 0 R>>/XObject<</I ${number + 2} 0 R>>>>>>`,
      ),
    );
    if ("lines" in page) {
      const shown = page.lines.map((line) => `(${line}) Tj T*`).join("\n");
      objects.push(makeStream("", Buffer.from(`BT /F 14 Tf 20 TL 60 770 Td\n${shown}\nET`)));
      objects.push(Buffer.from("null"));
      continue;
    }
    const { width, height, grey } = page.image;
    objects.push(makeStream("", Buffer.from("q 595 0 0 842 0 0 cm /I Do Q")));
    objects.push(
      makeStream(
        "/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8" +
          `/Width ${width}/Height ${height}`,
        grey,
      ),
    );
  }
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let at = parts[0]!.length;
  objects.forEach((object, i) => {
    offsets.push(at);
    const part = Buffer.concat([
      Buffer.from(`${i + 1} 0 obj\n`),
      object,
      Buffer.from("\nendobj\n"),
    ]);
    at += part.length;
    parts.push(part);
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root 1 0 R>>\n` +
        `startxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** The picture of a printed page, as a scanner with 200 dots an inch makes it. */
export function scanPage(lines: string[]): Image {
  const folder = mkdtempSync(join(tmpdir(), "aiva-scan-"));
  try {
    const file = join(folder, "page.pdf");
    writeFileSync(file, makePdf([{ lines }]));
    execFileSync("pdftoppm", ["-gray", "-r", "200", "-singlefile", file, join(folder, "page")]);
    const pgm = readFileSync(join(folder, "page.pgm"));
    const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(pgm.subarray(0, 64).toString("latin1"));
    if (head === null) throw new Error("pdftoppm made no picture");
    const [width, height] = [Number(head[1]), Number(head[2])];
    return { width, height, grey: pgm.subarray(head[0].length) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function crc32(bytes: Buffer): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** A zip archive of these files. */
export function makeZip(files: Record<string, string | Buffer>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const name = Buffer.from(path);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version
    common.writeUInt16LE(0x800, 2); // the name is UTF-8
    common.writeUInt16LE(8, 4); // deflated
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const entry = Buffer.concat([Buffer.from("PK\x03\x04"), common, name, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, place, name]));
    parts.push(entry);
    offset += entry.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, index, end]);
}
