#include <gtest/gtest.h>

#include <string>

#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string read(std::string_view body) {
  auto reading = read_into_text("{\\rtf1\\ansi\\ansicpg1252\\deff0" + std::string(body) + "}", "a");
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

std::string repeat(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

TEST(Rtf, reads_paragraphs_and_characters_with_names) {
  EXPECT_EQ(
      read("\\pard One {\\b two}\\par Three\\line four\\par \\ldblquote q\\rdblquote\\emdash x"),
      "p1 paragraph: One two\np1 paragraph: Three\nfour\np1 paragraph: “q”—x\n");
}

TEST(Rtf, ignores_line_ends_of_the_file) {
  EXPECT_EQ(read("\\pard Over\r\nflow\\par\r\nNext"),
            "p1 paragraph: Overflow\np1 paragraph: Next\n");
}

TEST(Rtf, decodes_bytes_by_the_charset_of_the_font) {
  EXPECT_EQ(read("{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial Cyr;}"
                 "{\\f2\\fcharset128 MS Mincho;}}"
                 "\\pard\\f0 Gr\\'fc\\'dfe \\'80\\par\\f1 \\'cc\\'e8\\'f0\\par"
                 "\\f2 \\'83\\'5c\\'93\\'fa\\par{\\f1 \\'e4}\\f0\\'e4"),
            "p1 paragraph: Grüße €\np1 paragraph: Мир\np1 paragraph: ソ日\np1 paragraph: дä\n");
}

TEST(Rtf, reads_unicode_and_passes_over_what_stands_in_for_it) {
  EXPECT_EQ(
      read(
          "\\pard\\uc1\\u8364?5 \\u-10179\\'5f\\u-8704\\'5f {\\uc2\\u228\\'61\\'65}x \\uc0\\u246y"),
      "p1 paragraph: €5 😀 äx öy\n");
}

TEST(Rtf, skips_what_is_not_text) {
  EXPECT_EQ(read("{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}{\\*\\generator Riched20;}"
                 "{\\info{\\author Ada}}{\\header Page}{\\*\\unknown {\\b hidden}}"
                 "{\\pict\\pngblip 89504e47}{\\object{\\*\\objdata 0105}{\\result shown}}"
                 "\\pard  text{\\v secret}{\\deleted gone}{\\xe index}"),
            "p1 paragraph: shown text\n");
}

TEST(Rtf, passes_over_binary_bytes) {
  EXPECT_EQ(read(std::string("\\pard a{\\pict\\bin5 }}{{\\}b", 27)), "p1 paragraph: ab\n");
}

TEST(Rtf, takes_the_title_from_the_information) {
  auto reading =
      read_into_text("{\\rtf1{\\info{\\title Manual of \\'fcber}{\\author X}}\\pard x}", "a");
  EXPECT_EQ(reading.summary.title, "Manual of über");
  EXPECT_EQ(reading.summary.format, FileFormat::rtf);
}

TEST(Rtf, finds_headings_by_outline_level_and_style) {
  EXPECT_EQ(
      read("{\\stylesheet{\\ql Normal;}{\\s1\\outlinelevel0 Chapter;}{\\s2 heading 2;}}"
           "\\pard\\s1 One\\par\\pard\\s2 Two\\par\\pard\\outlinelevel2 Three\\par\\pard text"),
      "p1 heading 1: One\np1 heading 2: Two\np1 heading 3: Three\np1 paragraph: text\n");
}

TEST(Rtf, reads_list_items_by_their_marks) {
  EXPECT_EQ(read("\\pard{\\listtext\\f3 \\'b7\\tab}\\ls1 Bolt\\par"
                 "{\\pntext 2.\\tab}Nut\\par\\pard{\\listtext a)\\tab}\\ilvl1 Small\\par"),
            "p1 item 1: Bolt\np1 item 1: 2. Nut\np1 item 2: a) Small\n");
}

TEST(Rtf, reads_tables_with_their_header) {
  EXPECT_EQ(read("\\pard Before\\par\\trowd\\trhdr\\cellx1000\\cellx2000\\pard\\intbl Part\\cell "
                 "Price\\cell\\row\\trowd\\cellx1000\\cellx2000\\pard\\intbl Bolt\\par M4\\cell "
                 "1,50\\cell\\row\\pard After\\par"),
            "p1 paragraph: Before\np1 table (header 1): Part | Price\nBolt M4 | 1,50\n"
            "p1 paragraph: After\n");
}

TEST(Rtf, keeps_the_text_and_the_target_of_a_link) {
  EXPECT_EQ(read("\\pard See {\\field{\\*\\fldinst HYPERLINK \"https://example.com/a\" }"
                 "{\\fldrslt{\\ul this page}}} and {\\field{\\*\\fldinst PAGE}{\\fldrslt 7}}\\par"),
            "p1 paragraph: See this page and 7\n  -> https://example.com/a\n");
}

TEST(Rtf, puts_footnotes_behind_their_paragraph) {
  EXPECT_EQ(read("\\pard Claim{\\super\\chftn}{\\footnote\\pard{\\super\\chftn} Proof\\par more}."
                 "\\par Next"),
            "p1 paragraph: Claim[1].\np1 footnote: [1] Proof\nmore\np1 paragraph: Next\n");
}

TEST(Rtf, reads_groups_without_end_and_ends_without_group) {
  EXPECT_EQ(read_into_text("{\\rtf1 a {\\b b", "").text(), "p1 paragraph: a b\n");
  EXPECT_EQ(read_into_text("{\\rtf1 a}}}} b}", "").text(), "p1 paragraph: a b\n");
}

TEST(Rtf, survives_200000_nested_groups) {
  auto text =
      read("\\pard start " + repeat("{\\i ", 200000) + "deep" + repeat("}", 200000) + " end");
  EXPECT_EQ(text, "p1 paragraph: start deep end\n");
}

TEST(Rtf, survives_nested_footnotes_and_tables_without_rows) {
  auto text = read("\\pard x" + repeat("{\\footnote y", 5000) + repeat("\\cell ", 5000) +
                   repeat("\\row", 100));
  EXPECT_TRUE(text.contains("x")) << text.substr(0, 200);
}

TEST(Rtf, survives_any_changed_byte) {
  const std::string whole =
      "{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset128 A;}}{\\stylesheet{\\s1 heading 1;}}"
      "\\pard\\s1 T\\par\\trowd\\pard\\intbl a\\cell\\row\\pard{\\listtext 1.\\tab}\\f0\\'83\\'5c"
      "\\u228?{\\footnote n}{\\field{\\*\\fldinst HYPERLINK \"http://x.y\"}{\\fldrslt z}}\\bin2 ab}";
  for (std::size_t i = 6; i < whole.size(); ++i) {
    for (char c : {'\0', '{', '}', '\\', '9', '\xFF'}) {
      auto changed = whole;
      changed[i] = c;
      EXPECT_FALSE(read_into_text(changed, "a").error &&
                   read_into_text(changed, "a").error->code == ErrorCode::internal);
    }
  }
}

}  // namespace
}  // namespace aiva::documents
