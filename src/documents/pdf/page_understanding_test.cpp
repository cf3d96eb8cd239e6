#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "documents/testing/read_into_text.h"
#include "documents/testing/tiny_pdf.h"

namespace aiva::documents {
namespace {

using Font = TinyPdf::Font;

const std::vector<std::string> harbour = {
    "The left column tells of the ship that left", "the harbour in the early morning, long before",
    "the sun was up and while the town was still", "asleep, with nobody to wave and nothing to",
    "hear but the ropes and the slow grey water."};

std::vector<BlockKind> kinds_of(const std::vector<Block>& blocks) {
  std::vector<BlockKind> kinds;
  for (const auto& block : blocks) kinds.push_back(block.kind);
  return kinds;
}

TEST(PdfColumns, reads_three_columns_one_after_the_other) {
  TinyPdf pdf;
  pdf.page();
  const std::vector<std::string> words = {"alpha", "beta", "gamma"};
  for (int column = 0; column < 3; ++column)
    for (int line = 0; line < 14; ++line)
      pdf.text(40 + 180.0 * column, 80 + 12.0 * line,
               words[static_cast<std::size_t>(column)] + " words fill all of the line " +
                   std::string(1, static_cast<char>('a' + line)));

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  EXPECT_LT(text.rfind("alpha"), text.find("beta")) << text;
  EXPECT_LT(text.rfind("beta"), text.find("gamma")) << text;
}

TEST(PdfColumns, give_a_paragraph_over_two_of_them_the_place_of_its_first_part) {
  TinyPdf pdf;
  pdf.page();
  for (int line = 0; line < 14; ++line) {
    pdf.text(70, 80 + 12.0 * line, "words fill all of this line without an end");
    pdf.text(310, 80 + 12.0 * line, "words fill all of that line without an end");
  }

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 1U) << reading.text();
  EXPECT_LT(reading.blocks[0].box->right, 305);
  EXPECT_TRUE(reading.blocks[0].text.ends_with("that line without an end"));
}

TEST(PdfListings, keep_their_words_where_letters_of_different_width_stand_in_columns) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour);
  // The widths of these letters in Helvetica, in thousandths of its size.
  const std::vector<std::pair<char, double>> widths = {
      {'p', 556}, {'r', 333}, {'i', 222}, {'n', 556}, {'t', 278}, {'l', 222}, {'m', 833}};
  const std::string code = "print limit  till ill";
  for (std::size_t i = 0; i < code.size(); ++i)
    for (const auto& [letter, width] : widths)
      if (code[i] == letter)
        pdf.text(70 + 7 * static_cast<double>(i) + (7 - width / 100) / 2, 160,
                 std::string(1, letter));

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 2U) << reading.text();
  EXPECT_EQ(reading.blocks[1].text, code);
}

TEST(PdfRightToLeft, puts_words_and_lines_in_the_order_they_are_read) {
  TinyPdf pdf;
  // Drawn from left to right, so that the last letter of the line comes first.
  pdf.page()
      .text(200, 100, "edcba edcba edcba edcba edcba edcba edcba edcba", 12, Font::hebrew)
      .text(350, 114, "ihgf ihgf", 12, Font::hebrew);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 1U) << reading.text();
  const auto& text = reading.blocks[0].text;
  EXPECT_TRUE(text.starts_with("\u05D0\u05D1\u05D2\u05D3\u05D4 ")) << text;
  EXPECT_TRUE(text.ends_with("\u05D5\u05D6\u05D7\u05D8")) << text;
}

TEST(PdfRuledTables, reads_cells_by_their_strokes) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour).grid({70, 200, 330, 460}, {160, 180, 214, 234});
  pdf.text(75, 174, "Part", 10, Font::bold)
      .text(205, 174, "Meaning", 10, Font::bold)
      .text(335, 174, "Stock", 10, Font::bold)
      .text(75, 194, "Bolt")
      .text(205, 194, "holds what is")
      .text(205, 206, "to be held")
      .text(335, 194, "12")
      .text(75, 228, "A|B")
      .text(335, 228, "7")
      .lines(70, 260, harbour);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(kinds_of(reading.blocks),
            (std::vector{BlockKind::paragraph, BlockKind::table, BlockKind::paragraph}))
      << reading.text();
  const auto& table = reading.blocks[1];
  EXPECT_EQ(table.text,
            "Part | Meaning | Stock\nBolt | holds what is to be held | 12\nA\\|B |  | 7");
  EXPECT_EQ(table.header_rows, 1);
  EXPECT_NEAR(table.box->left, 70, 1);
  EXPECT_NEAR(table.box->bottom, 234, 1);
}

TEST(PdfRuledTables, joins_cells_where_no_stroke_parts_them) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour);
  pdf.stroke(70, 160, 460, 160).stroke(70, 180, 460, 180).stroke(70, 200, 460, 200);
  pdf.stroke(70, 220, 460, 220).stroke(70, 160, 70, 220).stroke(460, 160, 460, 220);
  pdf.stroke(265, 180, 265, 220);
  pdf.text(75, 174, "Of the whole year").text(75, 194, "spring").text(270, 194, "4");
  pdf.text(75, 214, "autumn").text(270, 214, "5");

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 2U) << reading.text();
  EXPECT_EQ(reading.blocks[1].text, "Of the whole year\nspring | 4\nautumn | 5");
}

TEST(PdfRuledTables, leaves_framed_text_alone) {
  TinyPdf pdf;
  pdf.page().grid({60, 400}, {60, 160}).lines(70, 80, harbour);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  EXPECT_EQ(kinds_of(reading.blocks), std::vector{BlockKind::paragraph}) << reading.text();
}

TEST(PdfAlignedTables, says_which_row_names_the_columns) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour);
  double y = 170;
  for (const auto& row : std::vector<std::vector<std::string>>{
           {"Product", "Price"}, {"Kettle", "29.90"}, {"Toaster", "34.50"}, {"Mixer", "12.00"}}) {
    for (std::size_t i = 0; i < row.size(); ++i)
      pdf.text(70 + 120.0 * static_cast<double>(i), y, row[i], 10,
               y == 170 ? Font::bold : Font::regular);
    y += 16;
  }

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 2U) << reading.text();
  EXPECT_EQ(reading.blocks[1].header_rows, 1);
}

TEST(PdfFootnotes, tells_them_from_the_text_and_marks_their_references) {
  TinyPdf pdf;
  pdf.page()
      .lines(70, 80, harbour)
      .text(70, 140, "It had sailed before")
      .text(155, 136, "1", 7)
      .text(163, 140, "to the north.")
      .text(70, 760, "1", 6)
      .text(75, 764, "In the log of the year before.", 8)
      .text(70, 772, "2", 6)
      .text(75, 776, "So it is told.", 8);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_GE(reading.blocks.size(), 3U) << reading.text();
  EXPECT_TRUE(reading.text().contains("sailed before[1] to the north.")) << reading.text();
  const auto& note = reading.blocks[reading.blocks.size() - 2];
  EXPECT_EQ(note.kind, BlockKind::footnote);
  EXPECT_EQ(note.text, "[1] In the log of the year before.");
  EXPECT_EQ(reading.blocks.back().text, "[2] So it is told.");
}

TEST(PdfFootnotes, are_not_seen_in_powers_and_fractions) {
  TinyPdf pdf;
  pdf.page()
      .text(70, 80, "An area of 40 m")
      .text(143, 76, "2", 7)
      .text(150, 80, "and about")
      .text(199, 76, "1", 7)
      .text(206, 80, "of it.");

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  EXPECT_FALSE(text.contains('[')) << text;
}

TEST(PdfContents, leaves_out_page_numbers_of_entries_that_the_outline_lists) {
  TinyPdf pdf;
  pdf.page().lines(70, 100,
                   {"1.1 Departure . . . . . . . . . . . . . . . . . . . . . . 2",
                    "1.2 Storms . . . . . . . . . . . . . . . . . . . . . . . . 3",
                    "Bread and water . . . . . . . . . . . . . . . . . . . . . 3"});
  pdf.page().text(70, 80, "1.1 Departure", 14, Font::bold).lines(70, 110, harbour);
  pdf.page().text(70, 80, "1.2 Storms", 14, Font::bold).lines(70, 110, harbour);
  pdf.outline("Departure", 2).outline("Storms", 3);

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  EXPECT_TRUE(text.contains("p1 paragraph: 1.1 Departure\n")) << text;
  EXPECT_TRUE(text.contains("p1 paragraph: Bread and water 3\n")) << text;
}

TEST(PdfRunningLines, drops_the_chapter_at_the_top_of_its_later_pages) {
  TinyPdf pdf;
  pdf.page().text(70, 60, "The harbour of the north", 18).lines(70, 130, harbour);
  pdf.page().text(70, 40, "The harbour of the north").lines(70, 130, harbour);
  pdf.page().text(70, 40, "Nothing of the kind").lines(70, 130, harbour);
  pdf.outline("The harbour of the north", 1);

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  EXPECT_TRUE(text.contains("p1 heading")) << text;
  EXPECT_FALSE(text.contains("p2 paragraph: The harbour")) << text;
  EXPECT_TRUE(text.contains("p3 paragraph: Nothing of the kind")) << text;
}

TEST(PdfLinks, belong_to_the_block_they_stand_in) {
  TinyPdf pdf;
  pdf.page()
      .lines(70, 80, harbour)
      .text(70, 200, "More of it at https://example.org/log on the web.")
      .link(70, 92, 60, 12, "https://example.com/ship")
      .link(70, 104, 60, 12, "https://example.com/ship")
      .link(70, 116, 60, 12, "javascript:alert(1)");

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 2U) << reading.text();
  EXPECT_EQ(reading.blocks[0].links, std::vector<std::string>{"https://example.com/ship"});
  EXPECT_EQ(reading.blocks[1].links, std::vector<std::string>{"https://example.org/log"});
}

// What is delivered with pictures.
struct Figures {
  std::vector<Block> blocks;
  std::vector<EmbeddedFile> files;
  std::vector<std::string> bytes;
  DocumentSummary summary;
};

Figures read_with_figures(const std::string& pdf) {
  Figures figures;
  DocumentSink sink{
      .blocks = [&](std::vector<Block> batch) -> Result<void> {
        std::ranges::move(batch, std::back_inserter(figures.blocks));
        return {};
      },
      .file = [&](const EmbeddedFile& file, std::string_view bytes, bool is_last) -> Result<void> {
        if (figures.bytes.size() == figures.files.size()) figures.bytes.emplace_back();
        figures.bytes.back() += bytes;
        if (is_last) figures.files.push_back(file);
        return {};
      }};
  auto formats = make_all_formats(test_pdfium());
  auto summary = read_document(pdf, {.wants_images = true}, formats, sink);
  if (summary) figures.summary = std::move(*summary);
  return figures;
}

TEST(PdfFigures, come_out_once_with_their_caption) {
  TinyPdf pdf;
  pdf.page()
      .picture(100, 100, 200, 150, 100, 'a')
      .picture(20, 20, 20, 20, 100, 'b')
      .text(100, 265, "Figure 3: The ship at anchor")
      .lines(70, 320, harbour);
  pdf.page().lines(70, 80, harbour).picture(100, 300, 200, 150, 100, 'a');

  auto figures = read_with_figures(pdf.bytes());

  ASSERT_EQ(figures.files.size(), 1U);
  EXPECT_EQ(figures.files[0].media_type, "image/png");
  EXPECT_EQ(figures.files[0].page, 1);
  EXPECT_EQ(figures.files[0].width, 100);
  EXPECT_NEAR(figures.files[0].box->top, 100, 1);
  EXPECT_TRUE(figures.bytes[0].starts_with("\x89PNG\r\n\x1A\n"));
  ASSERT_FALSE(figures.blocks.empty());
  EXPECT_EQ(figures.blocks[0].kind, BlockKind::image) << to_text(figures.blocks);
  EXPECT_EQ(figures.blocks[0].text, "Figure 3: The ship at anchor");
  EXPECT_TRUE(figures.summary.may_have_figures);
}

TEST(PdfFigures, are_known_to_be_missing) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour).picture(20, 20, 20, 20, 100, 'b');  // an ornament

  auto figures = read_with_figures(pdf.bytes());

  EXPECT_TRUE(figures.files.empty());
  EXPECT_FALSE(figures.summary.may_have_figures);
}

TEST(PdfFigures, stay_the_jpeg_they_are) {
  // The frame header says: three colours.
  const std::string jpeg(
      "\xFF\xD8\xFF\xC0\x00\x11\x08\x00\x64\x00\x64\x03\x01\x11\x00\x02\x11\x00\x03"
      "\x11\x00\xFF\xD9",
      23);
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour).jpeg(100, 300, 200, 150, 100, jpeg);

  auto figures = read_with_figures(pdf.bytes());

  ASSERT_EQ(figures.files.size(), 1U);
  EXPECT_EQ(figures.files[0].media_type, "image/jpeg");
  EXPECT_EQ(figures.bytes[0], jpeg);
}

TEST(PdfRecognition, is_asked_for_where_a_page_is_a_picture) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour);
  pdf.page().picture(0, 0, 595, 842, 100).text(290, 810, "2");
  pdf.page().picture(0, 0, 595, 842, 100, 'b').lines(70, 80, harbour);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  EXPECT_EQ(reading.summary.pages_without_text, std::vector<int>{2});
}

TEST(PdfRecognition, is_asked_for_where_glyphs_have_no_meaning) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, harbour);
  pdf.page().lines(70, 80, harbour, 12, Font::unmapped);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  EXPECT_EQ(reading.summary.pages_without_text, std::vector<int>{2});
  for (const auto& block : reading.blocks) EXPECT_EQ(block.page, 1) << block.text;
}

}  // namespace
}  // namespace aiva::documents
