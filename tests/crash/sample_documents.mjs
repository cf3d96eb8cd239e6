// The documents of the crash test: each carries a word of its own, so that a search can tell
// whether it was stored. The same seed makes the same documents.
import { zip } from "../hostile/archives.mjs";

const vocabulary = `harbour lighthouse keeper ferry ticket winter storm market herring repair engine
captain letter island bridge school music garden bread coffee window paper number silver river
mountain forest train station clock morning evening summer story question answer reason`.split(
  /\s+/,
);

/** Pseudo-random numbers in [0, 1) (mulberry32). */
export function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

function sentence(random) {
  const words = Array.from(
    { length: 8 + Math.floor(random() * 10) },
    () => vocabulary[Math.floor(random() * vocabulary.length)],
  );
  words[0] = words[0][0].toUpperCase() + words[0].slice(1);
  return `${words.join(" ")}.`;
}

function paragraphs(random, count, word) {
  const list = Array.from({ length: count }, () =>
    Array.from({ length: 3 + Math.floor(random() * 4) }, () => sentence(random)).join(" "),
  );
  list[Math.floor(random() * count)] += ` The secret word is ${word}.`;
  return list;
}

function makeText(random, size, word) {
  return paragraphs(random, size, word).join("\n\n");
}

function makeMarkdown(random, size, word) {
  return paragraphs(random, size, word)
    .map((text, i) => (i % 6 === 0 ? `## Chapter ${i / 6 + 1}\n\n${text}` : text))
    .join("\n\n");
}

function makeHtml(random, size, word) {
  const body = paragraphs(random, size, word)
    .map((text, i) => (i % 6 === 0 ? `<h2>Chapter ${i / 6 + 1}</h2>` : "") + `<p>${text}</p>`)
    .join("\n");
  return `<!doctype html><html><head><title>Report</title></head><body>${body}</body></html>`;
}

/** Lines of so many characters at most. */
export function wrap(text, width) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > width) {
      lines.push(line);
      line = "";
    }
    line += (line === "" ? "" : " ") + word;
  }
  return [...lines, line];
}

function makePdf(random, size, word) {
  const lines = paragraphs(random, size, word).flatMap((text) => [...wrap(text, 80), ""]);
  const pages = [];
  for (let at = 0; at < lines.length; at += 45) pages.push(lines.slice(at, at + 45));
  return pdfOf(pages);
}

/** A plain PDF 1.4 of pages of lines: one font, one uncompressed content stream a page. */
export function pdfOf(pages) {
  const objects = [];
  const kids = pages.map((_, i) => `${4 + 2 * i} 0 R`).join(" ");
  objects.push("<< /Type /Catalog /Pages 2 0 R >>");
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  pages.forEach((page, i) => {
    const lines = page.map((text) => `(${text}) Tj T*`).join("\n");
    const stream = `BT /F1 11 Tf 14 TL 60 780 Td\n${lines}\nET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * i} 0 R ` +
        "/Resources << /Font << /F1 3 0 R >> >> >>",
    );
    objects.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  });
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const offset = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = file.length;
  const entries = offsets
    .map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`)
    .join("");
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return file;
}

const damaged = {
  "damaged.pdf": (random) => makePdf(random, 40, "nothing").slice(0, 900),
  "no_document.pdf": () => "%PDF-1.7\nthis is no PDF\n",
  "binary.txt": (random) =>
    Buffer.from(Array.from({ length: 40_000 }, () => Math.floor(random() * 256))),
  "blank.md": () => "\n\n  \n\n",
};

/**
 * `count` documents as {name, bytes, word, isDamaged}: text, Markdown, HTML and PDF of a few to
 * 160 passages; every fifth is damaged.
 */
export function makeDocuments(seed, count) {
  const random = makeRandom(seed);
  const formats = [
    ["txt", makeText],
    ["md", makeMarkdown],
    ["html", makeHtml],
    ["pdf", makePdf],
  ];
  const broken = Object.entries(damaged);
  return Array.from({ length: count }, (_, i) => {
    if (i % 5 === 4) {
      const [name, make] = broken[Math.floor(i / 5) % broken.length];
      return { name, bytes: make(random), word: "", isDamaged: true };
    }
    const [ending, make] = formats[(i - Math.floor(i / 5)) % formats.length];
    const word = `zq${seed.toString(36)}x${i.toString(36)}v`;
    const size = 10 + Math.floor(random() * random() * 150);
    return {
      name: `document_${i}.${ending}`,
      bytes: make(random, size, word),
      word,
      isDamaged: false,
    };
  });
}

/** An archive of documents of each format; the last one is damaged. */
export function makeArchive(seed) {
  const random = makeRandom(seed);
  const makers = { txt: makeText, md: makeMarkdown, html: makeHtml, pdf: makePdf };
  const members = Object.entries(makers).map(([ending, make], i) => {
    const word = `zy${seed.toString(36)}x${i}v`;
    const name = `folder/member_${i}.${ending}`;
    return { name, word, bytes: make(random, 5 + Math.floor(random() * 20), word) };
  });
  members.push({ name: "folder/damaged.pdf", word: "", bytes: `%PDF-1.7\nno PDF of ${seed}\n` });
  const bytes = zip(members.map((member) => ({ name: member.name, data: member.bytes })));
  return { name: "archive.zip", bytes, word: "", isDamaged: false, members };
}
