#include <gtest/gtest.h>

#include <string>

#include "documents/testing/office_files.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string p(std::string_view text, std::string_view properties = {}) {
  return word_paragraph(text, properties);
}

std::string read(std::string_view body, const TestParts& more = {}) {
  auto reading = read_into_text(make_docx(body, more), "a.docx");
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

TestParts with_relations(std::string_view elements, TestParts more = {}) {
  more.emplace_back("word/_rels/document.xml.rels", relationships(elements));
  return more;
}

TEST(DocxFormat, reads_paragraphs_and_the_title) {
  auto parts = package_frame("word/document.xml", docx_main_type);
  parts[1].second = relationships(
      relationship("rId1", "officeDocument", "word/document.xml") +
      "<Relationship Id='rId2' Target='docProps/core.xml' Type='http://schemas.openxmlformats.org/"
      "package/2006/relationships/metadata/core-properties'/>");
  parts.emplace_back("word/document.xml",
                     word_part("document", "<w:body>" + p("First &amp; last.") +
                                               "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/>"
                                               "<w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>"
                                               "</w:p><w:p/></w:body>"));
  parts.emplace_back("docProps/core.xml",
                     "<cp:coreProperties xmlns:cp='c' xmlns:dc='d'><dc:title>The\nTitle</dc:title>"
                     "</cp:coreProperties>");

  auto reading = read_into_text(zip_parts(parts), "any name");

  ASSERT_FALSE(reading.error) << reading.error->message;
  EXPECT_EQ(reading.summary.format, FileFormat::docx);
  EXPECT_EQ(reading.summary.title, "The Title");
  EXPECT_EQ(reading.text(), "p1 paragraph: First & last.\np1 paragraph: a b\nc-d\n");
}

TEST(DocxFormat, tells_headings_by_style_and_outline_level) {
  auto styles = word_part(
      "styles",
      "<w:style w:type='paragraph' w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>"
      "<w:style w:type='paragraph' w:styleId='Kapitel'><w:name w:val='Kapitel'/>"
      "<w:basedOn w:val='berschrift1'/></w:style>"
      "<w:style w:type='paragraph' w:styleId='Tief'><w:name w:val='Tief'/>"
      "<w:pPr><w:outlineLvl w:val='7'/></w:pPr></w:style>"
      "<w:style w:type='paragraph' w:styleId='Titel'><w:name w:val='Title'/></w:style>"
      "<w:style w:type='paragraph' w:styleId='Verzeichnis'><w:name w:val='TOC Heading'/>"
      "<w:basedOn w:val='berschrift1'/><w:pPr><w:outlineLvl w:val='9'/></w:pPr></w:style>"
      "<w:style w:type='paragraph' w:styleId='Loop1'><w:name w:val='l1'/>"
      "<w:basedOn w:val='Loop2'/></w:style>"
      "<w:style w:type='paragraph' w:styleId='Loop2'><w:name w:val='l2'/>"
      "<w:basedOn w:val='Loop1'/></w:style>"
      "<w:style w:type='paragraph' w:styleId='Listing'><w:name w:val='Source Code'/></w:style>"
      "<w:style w:type='paragraph' w:styleId='Zitat'><w:name w:val='Quote'/></w:style>");
  auto body =
      p("Titel", "<w:pStyle w:val='Titel'/>") + p("Eins", "<w:pStyle w:val='Kapitel'/>") +
      p("Tief", "<w:pStyle w:val='Tief'/>") + p("Inhalt", "<w:pStyle w:val='Verzeichnis'/>") +
      p("Direkt", "<w:outlineLvl w:val='1'/>") + p("Kreis", "<w:pStyle w:val='Loop1'/>") +
      p("int  x;", "<w:pStyle w:val='Listing'/>") + p("  f();", "<w:pStyle w:val='Listing'/>") +
      p("Sagt er", "<w:pStyle w:val='Zitat'/>") + p("Ohne", "<w:pStyle w:val='Heading3'/>");

  auto text = read(body, with_relations(relationship("rId1", "styles", "styles.xml"),
                                        {{"word/styles.xml", styles}}));

  EXPECT_EQ(text,
            "p1 heading 1: Titel\np1 heading 1: Eins\np1 heading 6: Tief\np1 paragraph: Inhalt\n"
            "p1 heading 2: Direkt\np1 paragraph: Kreis\np1 code: int  x;\n  f();\n"
            "p1 quote: Sagt er\np1 heading 3: Ohne\n");
}

TEST(DocxFormat, prints_the_labels_of_lists) {
  auto numbering = word_part(
      "numbering",
      "<w:abstractNum w:abstractNumId='7'>"
      "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/>"
      "</w:lvl><w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='lowerRoman'/>"
      "<w:lvlText w:val='%1.%2)'/></w:lvl></w:abstractNum>"
      "<w:abstractNum w:abstractNumId='8'><w:lvl w:ilvl='0'><w:numFmt w:val='bullet'/>"
      "<w:lvlText w:val='&#xF0B7;'/></w:lvl></w:abstractNum>"
      "<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>"
      "<w:num w:numId='2'><w:abstractNumId w:val='8'/></w:num>"
      "<w:num w:numId='3'><w:abstractNumId w:val='7'/><w:lvlOverride w:ilvl='0'>"
      "<w:startOverride w:val='5'/></w:lvlOverride></w:num>");
  auto item = [](std::string_view text, int list, int level) {
    return p(text, "<w:numPr><w:ilvl w:val='" + std::to_string(level) + "'/><w:numId w:val='" +
                       std::to_string(list) + "'/></w:numPr>");
  };
  auto body = item("one", 1, 0) + item("deep", 1, 1) + item("deeper", 1, 1) + item("two", 1, 0) +
              item("deep again", 1, 1) + item("bullet", 2, 0) + item("five", 3, 0) +
              item("six", 3, 0) + item("none", 0, 0) + item("unknown", 99, 0);

  auto text = read(body, with_relations(relationship("rId1", "numbering", "numbering.xml"),
                                        {{"word/numbering.xml", numbering}}));

  EXPECT_EQ(text,
            "p1 item 1: 1. one\np1 item 2: 1.i) deep\np1 item 2: 1.ii) deeper\np1 item 1: 2. two\n"
            "p1 item 2: 2.i) deep again\np1 item 1: bullet\np1 item 1: 5. five\np1 item 1: 6. six\n"
            "p1 paragraph: none\np1 paragraph: unknown\n");
}

TEST(DocxFormat, numbers_headings_by_their_style) {
  auto styles = word_part(
      "styles",
      "<w:style w:type='paragraph' w:styleId='H1'><w:name w:val='heading 1'/><w:pPr><w:numPr>"
      "<w:numId w:val='4'/></w:numPr><w:outlineLvl w:val='0'/></w:pPr></w:style>"
      "<w:style w:type='paragraph' w:styleId='H2'><w:name w:val='heading 2'/><w:pPr><w:numPr>"
      "<w:numId w:val='4'/></w:numPr><w:outlineLvl w:val='1'/></w:pPr></w:style>");
  auto numbering = word_part(
      "numbering",
      "<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt "
      "w:val='upperLetter'/><w:pStyle w:val='H1'/><w:lvlText w:val='%1'/></w:lvl><w:lvl w:ilvl='1'>"
      "<w:start w:val='1'/><w:numFmt w:val='decimal'/><w:pStyle w:val='H2'/><w:lvlText "
      "w:val='%1.%2'/></w:lvl></w:abstractNum><w:num w:numId='4'><w:abstractNumId w:val='0'/>"
      "</w:num>");
  auto body = p("Start", "<w:pStyle w:val='H1'/>") + p("More", "<w:pStyle w:val='H2'/>") +
              p("Next", "<w:pStyle w:val='H1'/>") + p("Last", "<w:pStyle w:val='H2'/>");

  auto text =
      read(body, with_relations(relationship("rId1", "styles", "styles.xml") +
                                    relationship("rId2", "numbering", "numbering.xml"),
                                {{"word/styles.xml", styles}, {"word/numbering.xml", numbering}}));

  EXPECT_EQ(text,
            "p1 heading 1: A Start\np1 heading 2: A.1 More\np1 heading 1: B Next\n"
            "p1 heading 2: B.1 Last\n");
}

std::string cell(std::string_view content, std::string_view properties = {}) {
  return "<w:tc><w:tcPr>" + std::string(properties) + "</w:tcPr>" + std::string(content) +
         "</w:tc>";
}
std::string row(std::string_view cells, std::string_view properties = {}) {
  return "<w:tr><w:trPr>" + std::string(properties) + "</w:trPr>" + std::string(cells) + "</w:tr>";
}
std::string table(std::string_view rows) { return "<w:tbl>" + std::string(rows) + "</w:tbl>"; }

TEST(DocxFormat, reads_tables_with_merged_and_nested_cells) {
  auto inner = table(row(cell(p("in1")) + cell(p("in2"))));
  auto body = table(
      row(cell(p("Name")) + cell(p("Values"), "<w:gridSpan w:val='2'/>"), "<w:tblHeader/>") +
      row(cell(p("a|b"), "<w:vMerge w:val='restart'/>") + cell(p("1")) + cell(inner + p("x"))) +
      row(cell("<w:p/>", "<w:vMerge/>") + cell(p("2") + p("3")) + cell("<w:p/>")) +
      row(cell(p("gone")), "<w:del w:id='1'/>"));

  EXPECT_EQ(read(body), "p1 table (header 1): Name | Values\na\\|b | 1 | in1 in2 x\na\\|b | 2 3\n");
}

TEST(DocxFormat, takes_a_bold_first_row_as_the_header) {
  auto bold = [](std::string_view text) {
    return "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>" + std::string(text) + "</w:t></w:r></w:p>";
  };
  auto body = table(row(cell(bold("Part")) + cell(bold("Text"))) +
                    row(cell(p("one")) + cell(p("some words"))));
  EXPECT_EQ(read(body), "p1 table (header 1): Part | Text\none | some words\n");

  auto plain = table(row(cell(bold("7")) + cell(p("8"))) + row(cell(p("one")) + cell(p("2"))));
  EXPECT_EQ(read(plain), "p1 table: 7 | 8\none | 2\n");
}

TEST(DocxFormat, takes_tables_that_only_place_text_apart) {
  auto one = table(row(cell(p("Note") + p("in a frame"))));
  EXPECT_EQ(read(one), "p1 paragraph: Note\np1 paragraph: in a frame\n");

  auto columns = table(
      row(cell(p("Left", "<w:pStyle w:val='Heading1'/>") + p("l1") + p("l2")) + cell(p("right"))));
  EXPECT_EQ(read(columns),
            "p1 heading 1: Left\np1 paragraph: l1\np1 paragraph: l2\np1 paragraph: right\n");
}

TEST(DocxFormat, follows_links_and_shows_results_of_fields) {
  auto body =
      "<w:p><w:hyperlink r:id='rId9'><w:r><w:t>site</w:t></w:r></w:hyperlink><w:r><w:t> and "
      "</w:t></w:r><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> HYPERLINK "
      "\"mailto:a@b.example\" </w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>"
      "<w:r><w:t>mail</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r><w:hyperlink "
      "r:id='rId8'><w:r><w:t> bad</w:t></w:r></w:hyperlink></w:p>"
      "<w:p><w:fldSimple w:instr=' DATE '><w:r><w:t>today</w:t></w:r></w:fldSimple><w:r><w:fldChar "
      "w:fldCharType='begin'/></w:r><w:r><w:t>code</w:t></w:r></w:p>" +
      p("after");
  auto text = read(
      body, with_relations(relationship("rId9", "hyperlink", "https://x.example/?a=1&amp;b", true) +
                           relationship("rId8", "hyperlink", "javascript:alert(1)", true)));

  EXPECT_EQ(text,
            "p1 paragraph: site and mail bad\n  -> https://x.example/?a=1&b\n"
            "  -> mailto:a@b.example\np1 paragraph: today\np1 paragraph: after\n");
}

TEST(DocxFormat, puts_notes_behind_their_paragraph) {
  auto body =
      std::string("<w:p><w:r><w:t>Claim</w:t></w:r><w:r><w:footnoteReference w:id='2'/>") +
      "</w:r><w:r><w:endnoteReference w:id='2'/></w:r><w:r><w:footnoteReference w:id='2'/>" +
      "</w:r></w:p>" + p("Next");
  auto notes = [](std::string_view text) {
    return "<w:footnote w:type='separator' w:id='0'><w:p><w:r><w:t>---</w:t></w:r></w:p>"
           "</w:footnote><w:footnote w:id='2'><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t> " +
           std::string(text) + "</w:t></w:r></w:p></w:footnote>";
  };
  auto text =
      read(body, with_relations(relationship("rId1", "footnotes", "footnotes.xml") +
                                    relationship("rId2", "endnotes", "endnotes.xml"),
                                {{"word/footnotes.xml", word_part("footnotes", notes("Foot"))},
                                 {"word/endnotes.xml", word_part("endnotes", notes("End"))}}));

  EXPECT_EQ(text, "p1 paragraph: Claim\np1 footnote: Foot\np1 footnote: End\np1 paragraph: Next\n");
}

TEST(DocxFormat, accepts_tracked_changes) {
  auto body =
      std::string("<w:p><w:r><w:t>We </w:t></w:r><w:del><w:r><w:delText>hate</w:delText>") +
      "<w:t>x</w:t></w:r></w:del><w:ins><w:r><w:t>like</w:t></w:r></w:ins><w:moveFrom><w:r>" +
      "<w:t>away</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t> it</w:t></w:r></w:moveTo>" +
      "</w:p>" + p("Joined ", "<w:rPr><w:del w:id='1'/></w:rPr>") + p("line") +
      p("old", "<w:pPrChange><w:pPr><w:pStyle w:val='Heading1'/></w:pPr></w:pPrChange>");
  EXPECT_EQ(read(body), "p1 paragraph: We like it\np1 paragraph: Joined line\np1 paragraph: old\n");
}

TEST(DocxFormat, leaves_out_what_is_not_shown) {
  auto body =
      "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/>"
      "</w:rPr><w:t>shown</w:t></w:r><w:r><w:commentReference w:id='1'/></w:r></w:p>"
      "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" +
      p("Click here") + "</w:sdtContent></w:sdt><w:sdt><w:sdtContent>" + p("Filled in") +
      "</w:sdtContent></w:sdt>";
  EXPECT_EQ(read(body), "p1 paragraph: shown\np1 paragraph: Filled in\n");
}

TEST(DocxFormat, reads_html_that_stands_in_for_text) {
  auto html = "<html><body><h1>From HTML</h1><p>Its text.</p></body></html>";
  auto text = read(
      "<w:altChunk r:id='rId1'/>" + p("after"),
      with_relations(relationship("rId1", "aFChunk", "part.html"), {{"word/part.html", html}}));
  EXPECT_EQ(text, "p1 heading 1: From HTML\np1 paragraph: Its text.\np1 paragraph: after\n");
}

TEST(DocxFormat, reads_text_boxes_once) {
  auto box = "<w:txbxContent>" + p("in the box") + "</w:txbxContent>";
  auto body =
      "<w:p><w:r><w:t>Text</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps>" + box +
      "</wps></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>" + box +
      "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>";
  EXPECT_EQ(read(body), "p1 paragraph: Text\np1 paragraph: in the box\n");
}

TEST(DocxFormat, counts_pages_by_the_breaks_in_the_file) {
  auto body = p("one") + "<w:p><w:r><w:br w:type='page'/></w:r></w:p>" +
              "<w:p><w:r><w:lastRenderedPageBreak/><w:t>two</w:t></w:r></w:p>" +
              p("three", "<w:pageBreakBefore/>") +
              "<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>end of section</w:t></w:r></w:p>" +
              p("four") +
              "<w:p><w:r><w:t>runs </w:t><w:lastRenderedPageBreak/><w:t>over</w:t></w:r>" +
              "</w:p>" + p("five");

  auto reading = read_into_text(make_docx(body), "");

  EXPECT_EQ(reading.text(),
            "p1 paragraph: one\np2 paragraph: two\np3 paragraph: three\n"
            "p3 paragraph: end of section\np4 paragraph: four\np4 paragraph: runs over\n"
            "p5 paragraph: five\n");
  EXPECT_EQ(reading.summary.pages, 5);
  EXPECT_EQ(reading.summary.pages_read, 5);
}

TEST(DocxFormat, reads_headers_and_footers_once) {
  auto header = [](std::string_view text) { return word_part("hdr", p(text)); };
  auto footer =
      word_part("ftr",
                "<w:p><w:r><w:t>Page </w:t></w:r><w:fldSimple w:instr=' PAGE '><w:r><w:t>3"
                "</w:t></w:r></w:fldSimple></w:p>" +
                    p("All rights reserved"));
  auto text = read(p("Body"), with_relations(relationship("rId1", "header", "header1.xml") +
                                                 relationship("rId2", "header", "header2.xml") +
                                                 relationship("rId3", "footer", "footer1.xml"),
                                             {{"word/header1.xml", header("The Company")},
                                              {"word/header2.xml", header("The Company")},
                                              {"word/footer1.xml", footer}}));
  EXPECT_EQ(text,
            "p1 paragraph: The Company\np1 paragraph: Body\np1 paragraph: All rights reserved\n");
}

TEST(DocxFormat, reads_formulas_charts_and_diagrams_as_text) {
  auto chart =
      "<c:chartSpace xmlns:c='c' xmlns:a='a'><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Sales"
      "</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef>"
      "<c:strCache><c:pt idx='0'><c:v>2024</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat>"
      "<c:strRef><c:strCache><c:pt idx='0'><c:v>North</c:v></c:pt><c:pt idx='1'><c:v>South</c:v>"
      "</c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt idx='1'>"
      "<c:v>2.2999999999999998</c:v></c:pt><c:pt idx='0'><c:v>5</c:v></c:pt></c:numCache>"
      "</c:numRef></c:val></c:ser><c:ser><c:tx><c:v>Share</c:v></c:tx><c:val><c:numRef><c:numCache>"
      "<c:formatCode>0.0%</c:formatCode><c:pt idx='0'><c:v>0.6842</c:v></c:pt></c:numCache>"
      "</c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>";
  auto diagram =
      "<dgm:dataModel xmlns:dgm='d' xmlns:a='a'><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>Plan"
      "</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>";
  auto body =
      "<w:p><m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r>"
      "</m:den></m:f></m:oMath></w:p><w:p><w:r><w:drawing><c:chart r:id='rId1'/></w:drawing></w:r>"
      "<w:r><w:drawing><dgm:relIds r:dm='rId2' r:lo='rId3'/></w:drawing></w:r></w:p>";
  auto text = read(
      body, with_relations(relationship("rId1", "chart", "charts/chart1.xml") +
                               relationship("rId2", "diagramData", "diagrams/d.xml"),
                           {{"word/charts/chart1.xml", chart}, {"word/diagrams/d.xml", diagram}}));
  EXPECT_EQ(text,
            "p1 paragraph: a/b\np1 paragraph: Sales\np1 table (header 1):  | 2024 | Share\n"
            "North | 5 | 68.4%\nSouth | 2.3\np1 item 1: Plan\n");
}

TEST(DocxFormat, delivers_images_with_their_description) {
  // A PNG of 2 by 3 pixels, as far as its header goes.
  std::string png("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0", 29);
  auto body =
      "<w:p><w:r><w:drawing><wp:inline><wp:docPr id='1' name='Bild 1' descr='A red door&#10;"
      "Description automatically generated'/>"
      "<a:blip r:embed='rId5'/></wp:inline></w:drawing></w:r></w:p>" +
      p("text");
  auto bytes = make_docx(body, with_relations(relationship("rId5", "image", "media/image1.png"),
                                              {{"word/media/image1.png", png}}));
  std::vector<Block> blocks;
  std::vector<EmbeddedFile> files;
  DocumentSink sink{.blocks = [&](std::vector<Block> batch) -> Result<void> {
                      for (auto& block : batch) blocks.push_back(std::move(block));
                      return {};
                    },
                    .file = [&](const EmbeddedFile& file, std::string_view, bool) -> Result<void> {
                      files.push_back(file);
                      return {};
                    }};
  auto formats = make_all_formats(nullptr);

  auto summary = read_document(bytes, {.wants_images = true}, formats, sink);

  ASSERT_TRUE(summary);
  EXPECT_EQ(to_text(blocks), "p1 image: A red door\np1 paragraph: text\n");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].name, "word/media/image1.png");
  EXPECT_EQ(files[0].media_type, "image/png");
  EXPECT_EQ(files[0].width, 2);
  EXPECT_EQ(files[0].height, 3);
}

TEST(DocxFormat, keeps_what_came_before_damage) {
  auto parts = package_frame("word/document.xml", docx_main_type);
  auto whole = word_part("document", "<w:body>" + p("kept") + p("lost"));
  parts.emplace_back("word/document.xml", whole.substr(0, whole.find("lost")));

  auto reading = read_into_text(zip_parts(parts), "a.docx");

  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 paragraph: kept\n");
  EXPECT_LT(reading.summary.pages_read, reading.summary.pages);
  EXPECT_TRUE(reading.summary.partial_reason.contains("damaged"));
}

TEST(DocxFormat, reads_on_where_a_side_part_is_damaged) {
  auto text = read(p("fine", "<w:pStyle w:val='Heading2'/>"),
                   with_relations(relationship("rId1", "styles", "styles.xml") +
                                      relationship("rId2", "header", "nowhere.xml"),
                                  {{"word/styles.xml", "<w:styles><w:style"}}));
  EXPECT_EQ(text, "p1 heading 2: fine\n");
}

TEST(DocxFormat, says_that_a_document_is_protected) {
  std::string name;
  for (char c : std::string_view("EncryptedPackage")) name.append({c, '\0'});
  auto bytes = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(600, '\0') + name;

  auto reading = read_into_text(bytes, "a.docx");

  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::invalid);
  EXPECT_EQ(reading.error->message, "The document is protected with a password");
}

TEST(DocxFormat, survives_hostile_content) {
  auto deep = [](std::string_view open, std::string_view close, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += open;
    for (int i = 0; i < count; ++i) out += close;
    return out;
  };
  EXPECT_TRUE(read(deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 1000)).contains("nests"));
  EXPECT_EQ(read(p("a") + deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 150)),
            "p1 paragraph: a\n");
  auto spans = table(row(cell(p("x"), "<w:gridSpan w:val='2000000000'/>")) +
                     row(cell(p("y"), "<w:gridSpan w:val='-5'/>")));
  EXPECT_EQ(read(spans), "p1 table: x\ny\n");
  auto bomb = "<!DOCTYPE d [<!ENTITY a 'aaaa'>]>" + word_part("document", "");
  auto parts = package_frame("word/document.xml", docx_main_type);
  parts.emplace_back("word/document.xml", bomb);
  auto reading = read_into_text(zip_parts(parts), "");
  ASSERT_TRUE(reading.error);
  EXPECT_TRUE(reading.error->message.contains("DTD"));
}

TEST(DocxFormat, survives_any_wrong_byte_of_its_xml) {
  auto whole = word_part("document", "<w:body>" + p("one", "<w:outlineLvl w:val='1'/>") +
                                         table(row(cell(p("a")) + cell(p("b")))) + "</w:body>");
  int read_well = 0;
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (char byte : {'<', '\0', '\xFF', '>'}) {
      auto changed = whole;
      changed[at] = byte;
      auto parts = package_frame("word/document.xml", docx_main_type);
      parts.emplace_back("word/document.xml", changed);
      auto reading = read_into_text(zip_parts(parts), "");
      read_well += reading.error ? 0 : 1;
    }
  EXPECT_GT(read_well, 100);
}

}  // namespace
}  // namespace aiva::documents
