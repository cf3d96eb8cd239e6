#include <gtest/gtest.h>

#include <string>

#include "documents/testing/office_files.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

constexpr std::string_view namespaces =
    " xmlns:office='o' xmlns:text='t' xmlns:table='b' xmlns:draw='d' xmlns:style='s' xmlns:fo='f' "
    "xmlns:svg='v' xmlns:xlink='x' xmlns:presentation='p' xmlns:dc='c'";

std::string part(std::string_view root, std::string_view content) {
  return "<?xml version='1.0' encoding='UTF-8'?><office:" + std::string(root) +
         std::string(namespaces) + ">" + std::string(content) + "</office:" + std::string(root) +
         ">";
}

struct Odf {
  std::string body;
  std::string automatic_styles{};
  std::string styles{};
  TestParts more{};
};

std::string make(const Odf& odf, std::string_view kind) {
  ZipWriter zip;
  zip.add("mimetype", "application/vnd.oasis.opendocument." + std::string(kind),
          {.is_stored = true});
  zip.add("content.xml",
          part("document-content",
               "<office:automatic-styles>" + odf.automatic_styles +
                   "</office:automatic-styles><office:body><office:" + std::string(kind) + ">" +
                   odf.body + "</office:" + std::string(kind) + "></office:body>"));
  zip.add("styles.xml", part("document-styles", odf.styles));
  for (const auto& [name, content] : odf.more) zip.add(name, content);
  return zip.finish();
}

std::string read(const Odf& odf, std::string_view kind = "text") {
  auto reading = read_into_text(make(odf, kind), "");
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

std::string p(std::string_view text, std::string_view style = "Standard") {
  return "<text:p text:style-name='" + std::string(style) + "'>" + std::string(text) + "</text:p>";
}

TEST(OdtFormat, reads_text_and_the_title) {
  Odf odf{.body = "<text:sequence-decls/>" +
                  p("One<text:s text:c='3'/>two<text:tab/>three<text:line-break/>four "
                    "<text:span>five</text:span> &amp; six<office:annotation><text:p>no</text:p>"
                    "</office:annotation>"),
          .more = {{"meta.xml", part("document-meta",
                                     "<office:meta><dc:title>My title</dc:title></office:meta>")}}};
  auto reading = read_into_text(make(odf, "text"), "");
  ASSERT_FALSE(reading.error) << reading.error->message;
  EXPECT_EQ(reading.summary.format, FileFormat::odt);
  EXPECT_EQ(reading.summary.title, "My title");
  EXPECT_EQ(reading.text(), "p1 paragraph: One two three\nfour five & six\n");
}

TEST(OdtFormat, tells_headings_code_and_quotations) {
  Odf odf{.body = "<text:h text:outline-level='2'>Level two</text:h>" + p("Name", "Title") +
                  p("a  = b", "P1") + p("c", "Preformatted_20_Text") + p("said", "Quotations") +
                  p("chapter", "Chap"),
          .automatic_styles =
              "<style:style style:family='paragraph' style:name='P1' "
              "style:parent-style-name='Preformatted_20_Text'/>",
          .styles =
              "<office:styles><style:style style:family='paragraph' "
              "style:name='Preformatted_20_Text' style:display-name='Preformatted Text'/>"
              "<style:style style:family='paragraph' style:name='Title'/><style:style "
              "style:family='paragraph' style:name='Quotations'/><style:style "
              "style:family='paragraph' style:name='Chap' style:default-outline-level='3'/>"
              "</office:styles>"};
  EXPECT_EQ(read(odf),
            "p1 heading 2: Level two\np1 heading 1: Name\np1 code: a  = b\nc\np1 quote: said\n"
            "p1 heading 3: chapter\n");
}

TEST(OdtFormat, numbers_lists_and_headings) {
  std::string number =
      "<text:list-level-style-number text:level='1' style:num-format='1' style:num-suffix='.'/>"
      "<text:list-level-style-number text:level='2' style:num-format='a' style:num-suffix=')' "
      "text:display-levels='2'/>";
  Odf odf{.body =
              "<text:h text:outline-level='1'>Alpha</text:h><text:h text:outline-level='2'>Beta"
              "</text:h><text:list text:style-name='L1'><text:list-item>" +
              p("one") + "<text:list><text:list-item>" + p("deep") +
              "</text:list-item></text:list></text:list-item><text:list-item>" + p("two") +
              p("more") +
              "</text:list-item></text:list><text:list text:style-name='L2'>"
              "<text:list-item>" +
              p("dot") +
              "</text:list-item></text:list><text:list text:style-name='L1' "
              "text:continue-numbering='true'><text:list-item>" +
              p("three") + "</text:list-item><text:list-item text:start-value='9'>" + p("nine") +
              "</text:list-item></text:list>",
          .automatic_styles = "<text:list-style style:name='L1'>" + number +
                              "</text:list-style><text:list-style style:name='L2'>"
                              "<text:list-level-style-bullet text:level='1'/></text:list-style>",
          .styles =
              "<office:styles><text:outline-style><text:outline-level-style text:level='1' "
              "style:num-format='I'/><text:outline-level-style text:level='2' "
              "style:num-format='1' text:display-levels='2'/></text:outline-style>"
              "</office:styles>"};
  EXPECT_EQ(
      read(odf),
      "p1 heading 1: I Alpha\np1 heading 2: I.1 Beta\np1 item 1: 1. one\np1 item 2: 1.a) deep\n"
      "p1 item 1: 2. two\np1 item 1: more\np1 item 1: dot\np1 item 1: 3. three\n"
      "p1 item 1: 9. nine\n");
}

TEST(OdtFormat, reads_tables_with_repeated_and_covered_cells) {
  auto cell = [](std::string_view content, std::string_view attributes = {}) {
    return "<table:table-cell " + std::string(attributes) + ">" + std::string(content) +
           "</table:table-cell>";
  };
  Odf odf{.body = "<table:table><table:table-column/><table:table-header-rows><table:table-row>" +
                  cell(p("A")) + cell(p("B"), "table:number-columns-spanned='2'") +
                  "<table:covered-table-cell/></table:table-row></table:table-header-rows>"
                  "<table:table-row>" +
                  cell(p("x"), "table:number-rows-spanned='2'") + cell(p("1")) +
                  cell("", "table:number-columns-repeated='16000'") +
                  "</table:table-row><table:table-row><table:covered-table-cell/>" +
                  cell(p("2"), "table:number-columns-repeated='2'") +
                  "</table:table-row><table:table-row table:number-rows-repeated='1000000'>" +
                  cell("", "table:number-columns-repeated='1000'") +
                  "</table:table-row></table:table>"};
  EXPECT_EQ(read(odf), "p1 table (header 1): A | B\nx | 1\nx | 2 | 2\n");
}

TEST(OdtFormat, reads_notes_links_frames_and_pictures) {
  Odf odf{.body =
              p("Text<text:note text:note-class='footnote'><text:note-citation>1"
                "</text:note-citation><text:note-body>" +
                p("The note") +
                "</text:note-body></text:note> and <text:a xlink:href='https://x.example/a'>link"
                "</text:a><draw:frame><draw:text-box>" +
                p("boxed") +
                "</draw:text-box></draw:frame><draw:frame><draw:image "
                "xlink:href='Pictures/1.png'/><svg:desc>A cat</svg:desc></draw:frame>")};
  EXPECT_EQ(read(odf),
            "p1 paragraph: Text and link\n  -> https://x.example/a\np1 footnote: The note\n"
            "p1 paragraph: boxed\np1 image: A cat\n");
}

TEST(OdtFormat, leaves_out_deleted_and_hidden_text) {
  Odf odf{.body = "<text:tracked-changes><text:changed-region><text:deletion>" + p("deleted") +
                  "</text:deletion></text:changed-region></text:tracked-changes>" +
                  p("kept<text:change text:change-id='1'/> <text:span text:style-name='H'>secret"
                    "</text:span>end") +
                  "<text:section text:display='none'>" + p("not shown") + "</text:section>",
          .automatic_styles =
              "<style:style style:family='text' style:name='H'><style:text-properties "
              "text:display='none'/></style:style>"};
  EXPECT_EQ(read(odf), "p1 paragraph: kept end\n");
}

TEST(OdtFormat, counts_pages_and_reads_headers_once) {
  Odf odf{.body = p("one") + p("two", "B") + p("three <text:soft-page-break/>goes on") + p("four"),
          .automatic_styles =
              "<style:style style:family='paragraph' style:name='B'>"
              "<style:paragraph-properties fo:break-before='page'/></style:style>",
          .styles = "<office:master-styles><style:master-page><style:header>" + p("Company") +
                    "</style:header><style:footer>" +
                    p("Page <text:page-number>1</text:page-number>") + p("Rights") +
                    "</style:footer></style:master-page><style:master-page>"
                    "<style:header>" +
                    p("Company") + "</style:header></style:master-page></office:master-styles>"};
  auto reading = read_into_text(make(odf, "text"), "");
  EXPECT_EQ(
      reading.text(),
      "p1 paragraph: Company\np1 paragraph: one\np2 paragraph: two\np2 paragraph: three goes on\n"
      "p3 paragraph: four\np3 paragraph: Rights\n");
  EXPECT_EQ(reading.summary.pages, 3);
}

TEST(OdtFormat, reads_the_table_of_an_embedded_chart) {
  auto chart = part("document-content",
                    "<office:body><office:chart><chart:chart xmlns:chart='h'><table:table>"
                    "<table:table-rows><table:table-row><table:table-cell>" +
                        p("Q1") + "</table:table-cell><table:table-cell>" + p("5") +
                        "</table:table-cell></table:table-row></table:table-rows></table:table>"
                        "</chart:chart></office:chart></office:body>");
  Odf odf{.body = p("<draw:frame><draw:object xlink:href='./Object 1'/><draw:image "
                    "xlink:href='./ObjectReplacements/Object 1'/></draw:frame>"),
          .more = {{"Object 1/content.xml", chart}}};
  EXPECT_EQ(read(odf), "p1 table: Q1 | 5\n");
}

TEST(OdtFormat, says_that_a_document_is_protected) {
  auto bytes = ZipWriter()
                   .add("mimetype", "application/vnd.oasis.opendocument.text", {.is_stored = true})
                   .add("content.xml", "\x8A\x01\xFE secret bytes")
                   .add("META-INF/manifest.xml",
                        "<manifest:manifest xmlns:manifest='m'><manifest:file-entry "
                        "manifest:full-path='content.xml'><manifest:encryption-data/>"
                        "</manifest:file-entry></manifest:manifest>")
                   .finish();
  auto reading = read_into_text(bytes, "a.odt");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->message, "The document is protected with a password");
}

TEST(OdtFormat, keeps_what_came_before_damage) {
  auto content = part("document-content", "<office:body><office:text>" + p("kept") + p("lost"));
  auto bytes = ZipWriter()
                   .add("mimetype", "application/vnd.oasis.opendocument.text", {.is_stored = true})
                   .add("content.xml", content.substr(0, content.find("lost")))
                   .finish();
  auto reading = read_into_text(bytes, "");
  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 paragraph: kept\n");
  EXPECT_LT(reading.summary.pages_read, reading.summary.pages);
}

TEST(OdtFormat, survives_any_wrong_byte_of_its_xml) {
  auto whole =
      part("document-content",
           "<office:body><office:text><text:list text:style-name='L'><text:list-item>" + p("one") +
               "</text:list-item></text:list><table:table><table:table-row>"
               "<table:table-cell table:number-columns-repeated='3'>" +
               p("c") +
               "</table:table-cell></table:table-row></table:table></office:text>"
               "</office:body>");
  int read_well = 0;
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (char byte : {'<', '\0', '9', '>'}) {
      auto changed = whole;
      changed[at] = byte;
      auto bytes = ZipWriter()
                       .add("mimetype", "application/vnd.oasis.opendocument.text")
                       .add("content.xml", changed)
                       .finish();
      read_well += read_into_text(bytes, "").error ? 0 : 1;
    }
  EXPECT_GT(read_well, 100);
}

TEST(OdpFormat, reads_slides_by_place_with_notes_and_marks_hidden_ones) {
  auto frame = [](std::string_view content, std::string_view attributes) {
    return "<draw:frame " + std::string(attributes) + "><draw:text-box>" + std::string(content) +
           "</draw:text-box></draw:frame>";
  };
  Odf odf{.body = "<draw:page>" + frame(p("Below it."), "svg:x='1cm' svg:y='9cm'") +
                  frame(p("right"), "svg:x='15cm' svg:y='51mm'") +
                  frame(p("left"), "svg:x='1cm' svg:y='5cm'") +
                  frame(p("The title"), "presentation:class='title' svg:y='30cm'") +
                  frame(p("7"), "presentation:class='page-number'") + "<presentation:notes>" +
                  "<draw:page-thumbnail presentation:class='page'/>" +
                  frame(p("Speak up."), "presentation:class='notes'") +
                  "</presentation:notes></draw:page><draw:page draw:style-name='H'><draw:g>" +
                  "<draw:custom-shape svg:y='4cm' svg:x='1cm'>" + p("Second.") +
                  "</draw:custom-shape><draw:custom-shape svg:y='2cm' svg:x='1cm'>" + p("First.") +
                  "</draw:custom-shape></draw:g></draw:page>",
          .automatic_styles =
              "<style:style style:family='drawing-page' style:name='H'>"
              "<style:drawing-page-properties presentation:visibility='hidden'/>"
              "</style:style>"};
  auto reading = read_into_text(make(odf, "presentation"), "");
  ASSERT_FALSE(reading.error) << reading.error->message;
  EXPECT_EQ(reading.text(),
            "p1 heading 2: The title\np1 paragraph: left\np1 paragraph: right\n"
            "p1 paragraph: Below it.\np1 quote: Speak up.\np2 paragraph (hidden): First.\n"
            "p2 paragraph (hidden): Second.\n");
  EXPECT_EQ(reading.summary.format, FileFormat::odp);
  EXPECT_EQ(reading.summary.pages, 2);
  EXPECT_EQ(reading.summary.pages_read, 2);
}

}  // namespace
}  // namespace aiva::documents
