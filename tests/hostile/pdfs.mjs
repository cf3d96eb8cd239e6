// PDFs that a writer of PDFs would not write.

import { deflateSync, megabyte, noise, repeated } from "./packing.mjs";

const stream = (entries, content) =>
  Buffer.concat([
    Buffer.from(`<<${entries}/Length ${content.length}>>stream\n`),
    Buffer.from(content),
    Buffer.from("\nendstream"),
  ]);

// Objects numbered from 1; object 1 is the catalogue. Without a table: readers rebuild it.
export function pdf(objects, trailer = "") {
  const parts = [Buffer.from("%PDF-1.7\n")];
  objects.forEach((object, i) => {
    parts.push(Buffer.from(`${i + 1} 0 obj\n`), Buffer.from(object), Buffer.from("\nendobj\n"));
  });
  parts.push(Buffer.from(`trailer\n<</Size ${objects.length + 1}/Root 1 0 R${trailer}>>\n%%EOF\n`));
  return Buffer.concat(parts);
}

const catalogue = "<</Type/Catalog/Pages 2 0 R>>";
const font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";
const page = (content, { box = "0 0 595 842", resources = "/Font<</F1 4 0 R>>", more = "" } = {}) =>
  `<</Type/Page/Parent 2 0 R/MediaBox[${box}]/Resources<<${resources}>>` +
  `/Contents ${content} 0 R${more}>>`;

// One page with this content; further objects count from 6.
export function onePage(content, { entries = "", options = {}, objects = [] } = {}) {
  return pdf([
    catalogue,
    "<</Type/Pages/Count 1/Kids[3 0 R]>>",
    page(5, options),
    font,
    stream(entries, content),
    ...objects,
  ]);
}

const words = "BT /F1 10 Tf 50 800 Td (Some words on the page) Tj ET\n";

function manyPages(count) {
  const kids = Array.from({ length: count }, () => "3 0 R").join(" ");
  return pdf([
    catalogue,
    `<</Type/Pages/Count ${count}/Kids[${kids}]>>`,
    page(5),
    font,
    stream("", words),
  ]);
}

// Each form draws the next one ten times.
function formsInForms(depth) {
  const objects = [];
  for (let i = 0; i < depth; i++) {
    const content = i + 1 < depth ? "/X Do ".repeat(10) : words;
    const resources = `/Resources<</Font<</F1 4 0 R>>/XObject<</X ${7 + i} 0 R>>>>`;
    objects.push(stream(`/Type/XObject/Subtype/Form/BBox[0 0 595 842]${resources}`, content));
  }
  return onePage("/X Do", {
    options: { resources: "/Font<</F1 4 0 R>>/XObject<</X 6 0 R>>" },
    objects,
  });
}

function selfDrawingForm() {
  const resources = "/Resources<</XObject<</X 6 0 R>>>>";
  return onePage("/X Do", {
    options: { resources: "/XObject<</X 6 0 R>>" },
    objects: [
      stream(`/Type/XObject/Subtype/Form/BBox[0 0 9 9]${resources}`, "/X Do /X Do ".repeat(1000)),
    ],
  });
}

function circularOutline() {
  return pdf([
    "<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>",
    "<</Type/Pages/Count 1/Kids[3 0 R]>>",
    page(5),
    font,
    stream("", words),
    "<</First 7 0 R/Last 8 0 R/Count 2>>",
    "<</Title(a)/Parent 6 0 R/Next 8 0 R/First 8 0 R>>",
    "<</Title(b)/Parent 6 0 R/Next 7 0 R/First 7 0 R>>",
  ]);
}

function hugeImage(side, entries, content) {
  return onePage("q 595 0 0 842 0 0 cm /I Do Q", {
    options: { resources: "/XObject<</I 6 0 R>>" },
    objects: [
      stream(
        `/Type/XObject/Subtype/Image/Width ${side}/Height ${side}` +
          `/ColorSpace/DeviceGray/BitsPerComponent 8${entries}`,
        content,
      ),
    ],
  });
}

function tinyTiles() {
  const tile = stream(
    "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]" +
      "/XStep 0.01/YStep 0.01/Resources<<>>",
    "0 0 1 1 re f",
  );
  return onePage("/Pattern cs /P scn 0 0 595 842 re f", {
    options: { resources: "/Pattern<</P 6 0 R>>" },
    objects: [tile],
  });
}

export const pdfCases = (size) => [
  [
    "pdf-page-tree-cycle.pdf",
    () =>
      pdf([
        catalogue,
        "<</Type/Pages/Count 100000/Kids[2 0 R 3 0 R 2 0 R]>>",
        page(5),
        font,
        stream("", words),
      ]),
  ],
  [
    "pdf-two-trees-in-each-other.pdf",
    () =>
      pdf([
        catalogue,
        "<</Type/Pages/Count 9/Kids[3 0 R]>>",
        "<</Type/Pages/Count 9/Kids[2 0 R 3 0 R]/Parent 2 0 R>>",
      ]),
  ],
  [
    "pdf-claims-a-billion-pages.pdf",
    () =>
      pdf([
        catalogue,
        "<</Type/Pages/Count 1000000000/Kids[3 0 R]>>",
        page(5),
        font,
        stream("", words),
      ]),
  ],
  ["pdf-200000-pages.pdf", () => manyPages(200000)],
  ["pdf-giant-page.pdf", () => onePage(words, { options: { box: "0 0 2000000000 2000000000" } })],
  [
    "pdf-giant-page.pdf",
    () => onePage(words, { options: { box: "0 0 30000 30000" } }),
    "recognise",
  ],
  ["pdf-page-without-size.pdf", () => onePage(words, { options: { box: "5 5 5 5" } }), "recognise"],
  ["pdf-user-unit.pdf", () => onePage(words, { options: { more: "/UserUnit 1e30" } }), "recognise"],
  ["pdf-form-draws-itself.pdf", selfDrawingForm],
  ["pdf-form-draws-itself.pdf", selfDrawingForm, "recognise"],
  ["pdf-billion-forms.pdf", () => formsInForms(10)],
  ["pdf-billion-forms.pdf", () => formsInForms(10), "recognise"],
  [
    "pdf-flate-bomb.pdf",
    () =>
      onePage(deflateSync(repeated("q Q ", size * 400 * megabyte)), {
        entries: "/Filter/FlateDecode",
      }),
  ],
  [
    "pdf-flate-bomb-twice.pdf",
    () =>
      onePage(deflateSync(deflateSync(repeated("q Q ", size * 900 * megabyte))), {
        entries: "/Filter[/FlateDecode/FlateDecode]",
      }),
  ],
  [
    "pdf-billion-operations.pdf",
    () =>
      onePage(deflateSync(repeated("1 1 m 9 9 l S\n", size * 200 * megabyte)), {
        entries: "/Filter/FlateDecode",
      }),
  ],
  [
    "pdf-billion-operations.pdf",
    () =>
      onePage(deflateSync(repeated("1 1 m 9 9 l S\n", size * 200 * megabyte)), {
        entries: "/Filter/FlateDecode",
      }),
    "recognise",
  ],
  [
    "pdf-ten-million-letters.pdf",
    () =>
      onePage(
        deflateSync(
          Buffer.concat([
            Buffer.from("BT /F1 1 Tf "),
            repeated("(Lorem ipsum dolor) Tj 0 -1 Td\n", size * 10 * megabyte),
            Buffer.from(" ET"),
          ]),
        ),
        { entries: "/Filter/FlateDecode" },
      ),
  ],
  [
    "pdf-letters-on-one-spot.pdf",
    () =>
      onePage(deflateSync(repeated("BT /F1 9 Tf 9 9 Td (aaaaaaaa) Tj ET\n", size * 4 * megabyte)), {
        entries: "/Filter/FlateDecode",
      }),
  ],
  [
    "pdf-letters-far-apart.pdf",
    () =>
      onePage(
        Array.from(
          { length: 20000 },
          (_, i) => `BT /F1 9 Tf ${(i * 7919) % 30000} ${(i * 104729) % 30000} Td (a b) Tj ET\n`,
        ).join(""),
        { options: { box: "0 0 30000 30000" } },
      ),
  ],
  ["pdf-nested-arrays.pdf", () => onePage(repeated("[", 2000000))],
  [
    "pdf-nested-dictionaries.pdf",
    () => pdf([catalogue, Buffer.concat([repeated("<</Kids[", 800000), Buffer.from("3 0 R")])]),
  ],
  [
    "pdf-nested-states.pdf",
    () =>
      onePage(deflateSync(repeated("q ", size * 20 * megabyte)), {
        entries: "/Filter/FlateDecode",
      }),
  ],
  [
    "pdf-many-filters.pdf",
    () => onePage("x", { entries: `/Filter[${"/ASCIIHexDecode".repeat(100000)}]` }),
  ],
  ["pdf-outline-cycle.pdf", circularOutline],
  [
    "pdf-length-refers-to-itself.pdf",
    () =>
      pdf([
        catalogue,
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        page(5),
        font,
        "<</Length 5 0 R>>stream\nBT ET\nendstream",
      ]),
  ],
  [
    "pdf-prev-cycle.pdf",
    () =>
      Buffer.from(
        "%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n" +
          "<</Size 1/Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF\n",
      ),
  ],
  [
    "pdf-encrypted.pdf",
    () =>
      pdf(
        [catalogue, "<</Type/Pages/Count 1/Kids[3 0 R]>>", page(5), font, stream("", words)],
        `/Encrypt<</Filter/Standard/V 1/R 2/P -4` +
          `/O(${"o".repeat(32)})/U(${"u".repeat(32)})>>/ID[(a)(a)]`,
      ),
  ],
  ["pdf-truncated.pdf", () => manyPages(500).subarray(0, 3000)],
  [
    "pdf-image-of-ten-gigapixels.pdf",
    () => hugeImage(100000, "/Filter/FlateDecode", deflateSync(Buffer.alloc(1 << 20))),
    "recognise",
  ],
  [
    "pdf-image-bomb.pdf",
    () => hugeImage(20000, "/Filter/FlateDecode", deflateSync(Buffer.alloc(size * 380 * megabyte))),
    "recognise",
  ],
  [
    "pdf-image-noise-jbig2.pdf",
    () => hugeImage(8000, "/Filter/JBIG2Decode", noise(200000)),
    "recognise",
  ],
  [
    "pdf-image-noise-jpeg2000.pdf",
    () => hugeImage(8000, "/Filter/JPXDecode", noise(200000)),
    "recognise",
  ],
  [
    "pdf-image-noise-fax.pdf",
    () =>
      hugeImage(8000, "/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 8000>>", noise(2000000)),
    "recognise",
  ],
  ["pdf-image-noise-files.pdf", () => hugeImage(3000, "", noise(9000000)), "files"],
  ["pdf-tiny-tiles.pdf", tinyTiles, "recognise"],
  ["pdf-noise.pdf", () => Buffer.concat([Buffer.from("%PDF-1.7\n"), noise(3000000)])],
];
