#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "documents/testing/read_into_text.h"
#include "documents/testing/tiny_pdf.h"

namespace aiva::documents {
namespace {

using Font = TinyPdf::Font;

const std::vector<std::string> left_lines = {
    "The left column tells of the ship that left", "the harbour in the early morning, long before",
    "the sun was up and while the town was still", "asleep, with nobody to wave and nothing to",
    "hear but the ropes and the slow grey water."};
const std::vector<std::string> right_lines = {"On the right side stands what came after, when",
                                              "the wind had turned and the crew had begun to",
                                              "count the barrels twice a day, knowing that it",
                                              "would not be enough for all of them, and that",
                                              "the coast was further off than they had hoped."};

TEST(PdfFormat, joins_lines_into_paragraphs_where_the_distance_tells) {
  TinyPdf pdf;
  pdf.page().lines(70, 100, left_lines).lines(70, 180, right_lines);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_FALSE(reading.error) << reading.error->message;
  EXPECT_EQ(
      reading.text(),
      "p1 paragraph: The left column tells of the ship that left the harbour in the early "
      "morning, long before the sun was up and while the town was still asleep, with nobody to "
      "wave and nothing to hear but the ropes and the slow grey water.\n"
      "p1 paragraph: On the right side stands what came after, when the wind had turned and the "
      "crew had begun to count the barrels twice a day, knowing that it would not be enough "
      "for all of them, and that the coast was further off than they had hoped.\n");
}

TEST(PdfFormat, gives_the_box_of_a_block_in_points_from_the_top_left) {
  TinyPdf pdf;
  pdf.page().lines(70, 100, left_lines);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 1U);
  auto box = reading.blocks[0].box.value();
  EXPECT_NEAR(box.left, 70, 1);
  EXPECT_NEAR(box.top, 92, 3);
  EXPECT_NEAR(box.bottom, 150, 3);
  EXPECT_GT(box.right, 240);
}

TEST(PdfFormat, reads_columns_one_after_the_other_between_lines_that_span_them) {
  TinyPdf pdf;
  pdf.page().text(70, 80, "A title that runs over the whole width of both of the columns", 16);
  for (std::size_t i = 0; i < 5; ++i) {
    pdf.text(70, 110 + 12.0 * static_cast<double>(i), left_lines[i]);
    pdf.text(310, 110 + 12.0 * static_cast<double>(i), right_lines[i]);
  }

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  auto title = text.find("A title that");
  auto left = text.find("the ship that left the harbour");
  auto right = text.find("when the wind had turned");
  ASSERT_NE(title, std::string::npos) << text;
  ASSERT_NE(left, std::string::npos) << text;
  ASSERT_NE(right, std::string::npos) << text;
  EXPECT_LT(title, left);
  EXPECT_LT(left, right);
}

TEST(PdfFormat, keeps_the_rows_of_a_table_together) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, left_lines);
  double y = 170;
  for (const auto& row : std::vector<std::vector<std::string>>{{"Product", "Price", "Stock"},
                                                               {"Kettle", "29.90", "12"},
                                                               {"Toaster", "34.50", "7"},
                                                               {"Mixer", "", "3"}}) {
    for (std::size_t i = 0; i < row.size(); ++i)
      pdf.text(70 + 120.0 * static_cast<double>(i), y, row[i]);
    y += 16;
  }

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 2U) << reading.text();
  EXPECT_EQ(reading.blocks[1].kind, BlockKind::table);
  EXPECT_EQ(reading.blocks[1].text,
            "Product | Price | Stock\nKettle | 29.90 | 12\nToaster | 34.50 | 7\nMixer |  | 3");
}

TEST(PdfFormat, mends_words_parted_at_line_ends) {
  TinyPdf pdf;
  pdf.page().lines(70, 100,
                   {"Reading a file is an ordinary opera-", "tion, but a non-",
                    "ASCII name makes a long-term differ-", "ence to many."});

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  EXPECT_EQ(text,
            "p1 paragraph: Reading a file is an ordinary operation, but a non-ASCII name makes a "
            "long-term difference to many.\n");
}

TEST(PdfFormat, finds_headings_by_size_weight_and_number) {
  TinyPdf pdf;
  pdf.page()
      .text(70, 80, "The great voyage", 22)
      .lines(70, 110, left_lines)
      .text(70, 200, "1.2 The second day", 12, Font::bold)
      .lines(70, 220, right_lines)
      .text(70, 300, "Remarks", 10, Font::bold)
      .lines(70, 320, left_lines);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 6U) << reading.text();
  EXPECT_EQ(reading.text().substr(0, 31), "p1 heading 1: The great voyage\n");
  EXPECT_EQ(reading.blocks[2].kind, BlockKind::heading);
  EXPECT_EQ(reading.blocks[2].level, 2);
  EXPECT_EQ(reading.blocks[4].kind, BlockKind::heading);
  EXPECT_EQ(reading.blocks[4].level, 5);
  EXPECT_EQ(reading.summary.title, "The great voyage");
}

TEST(PdfFormat, believes_the_outline_about_headings) {
  TinyPdf pdf;
  pdf.page().text(70, 80, "1. Departure", 10, Font::bold).lines(70, 110, left_lines);
  pdf.page().text(70, 80, "2. Arrival", 10, Font::bold).lines(70, 110, right_lines);
  pdf.outline("Departure", 1).outline("Arrival", 2).title("Voyages");

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 4U) << reading.text();
  EXPECT_EQ(reading.blocks[0].kind, BlockKind::heading);
  EXPECT_EQ(reading.blocks[0].level, 1);
  EXPECT_EQ(reading.blocks[2].text, "2. Arrival");
  EXPECT_EQ(reading.blocks[2].level, 1);
  EXPECT_EQ(reading.summary.title, "Voyages");
}

TEST(PdfFormat, drops_headers_footers_and_page_numbers) {
  TinyPdf pdf;
  for (int page = 1; page <= 6; ++page) {
    pdf.page().text(70, 40, "Ship's log " + std::to_string(1990 + page)).text(290, 810, "- 7 -");
    pdf.lines(70, 130, left_lines).text(70, 780, "Signed on day " + std::string(page, 'y'));
  }

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  EXPECT_FALSE(text.contains("log")) << text;
  EXPECT_FALSE(text.contains("- 7 -")) << text;
  EXPECT_TRUE(text.contains("Signed on day yyy\n")) << text;
  EXPECT_TRUE(text.contains("p6 paragraph: The left column")) << text;
}

TEST(PdfFormat, drops_headers_whose_text_changes_but_whose_number_counts_pages) {
  TinyPdf pdf;
  const std::vector<std::string> chapters = {"Departure", "Departure", "Storms", "Storms", "Home"};
  for (std::size_t page = 0; page < chapters.size(); ++page)
    pdf.page()
        .text(70, 40, "Of " + chapters[page])
        .text(500, 40, std::to_string(11 + page))
        .lines(70, 130, page % 2 == 0 ? left_lines : right_lines);

  auto text = read_into_text(pdf.bytes(), "a.pdf").text();

  EXPECT_FALSE(text.contains("Of ")) << text;
  EXPECT_TRUE(text.contains("p5 paragraph: The left column")) << text;
}

TEST(PdfFormat, keeps_the_entries_of_a_table_of_contents_apart) {
  TinyPdf pdf;
  pdf.page().lines(70, 100,
                   {"1.1 Departure . . . . . . . . . . . . . . . . . . . . . . 4",
                    "1.2 Storms . . . . . . . . . . . . . . . . . . . . . . . . 9",
                    "1.3 The long way home . . . . . . . . . . . . . . . . 21"});

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  EXPECT_EQ(reading.text(),
            "p1 paragraph: 1.1 Departure 4\np1 paragraph: 1.2 Storms 9\n"
            "p1 paragraph: 1.3 The long way home 21\n");
}

TEST(PdfFormat, tells_list_items_and_their_depth) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, left_lines);
  pdf.text(80, 160, "\x95")
      .text(90, 160, "bread that has been baked twice so that it")
      .text(90, 172, "keeps for a year")
      .text(80, 184, "\x95")
      .text(90, 184, "water")
      .text(100, 196, "-")
      .text(110, 196, "in barrels")
      .text(80, 208, "\x95")
      .text(90, 208, "salt")
      .lines(70, 230, right_lines);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 6U) << reading.text();
  EXPECT_EQ(to_text({reading.blocks.begin() + 1, reading.blocks.end() - 1}),
            "p1 item 1: bread that has been baked twice so that it keeps for a year\n"
            "p1 item 1: water\np1 item 2: in barrels\np1 item 1: salt\n");
}

TEST(PdfFormat, keeps_the_shape_of_listings) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, left_lines);
  pdf.text(70, 160, "if is_ready:", 10, Font::fixed)
      .text(94, 172, "start()", 10, Font::fixed)
      .text(70, 184, "else:", 10, Font::fixed)
      .lines(70, 210, right_lines);

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 3U) << reading.text();
  EXPECT_EQ(reading.blocks[1].kind, BlockKind::code);
  EXPECT_EQ(reading.blocks[1].text, "if is_ready:\n    start()\nelse:");
}

TEST(PdfFormat, turns_a_page_whose_text_runs_upwards) {
  TinyPdf pdf;
  pdf.page(90);
  for (std::size_t i = 0; i < left_lines.size(); ++i)
    pdf.text_upwards(100 + 12.0 * static_cast<double>(i), 700, left_lines[i]);
  pdf.text(400, 400, "DRAFT");

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_EQ(reading.blocks.size(), 2U) << reading.text();
  EXPECT_TRUE(
      reading.blocks[0].text.starts_with("The left column tells of the ship that left the"));
  auto box = reading.blocks[0].box.value();
  EXPECT_NEAR(box.left, 142, 3);  // 842 points wide now; the text began 142 from the lower edge
  EXPECT_NEAR(box.top, 92, 4);
  EXPECT_EQ(reading.blocks[1].text, "DRAFT");
}

TEST(PdfFormat, says_that_a_file_is_protected_by_a_password) {
  TinyPdf pdf;
  pdf.page().text(70, 80, "secret").protect();

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::invalid);
  EXPECT_TRUE(reading.error->message.contains("password"));
}

TEST(PdfFormat, refuses_or_reads_part_of_a_truncated_file) {
  TinyPdf pdf;
  for (int page = 0; page < 10; ++page) pdf.page().lines(70, 80, left_lines);
  auto bytes = pdf.bytes();

  for (std::size_t share = 1; share < 10; ++share) {
    auto reading = read_into_text(bytes.substr(0, bytes.size() * share / 10), "a.pdf");
    if (reading.error)
      EXPECT_EQ(reading.error->code, ErrorCode::invalid);
    else
      EXPECT_GT(reading.summary.pages_read, 0);
  }
}

TEST(PdfFormat, ends_on_a_page_tree_that_contains_itself) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, left_lines).tie_page_tree_into_a_circle();

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  if (reading.error) {
    EXPECT_EQ(reading.error->code, ErrorCode::invalid);
  } else {
    EXPECT_LT(reading.summary.pages_read, reading.summary.pages);
    EXPECT_FALSE(reading.summary.partial_reason.empty());
  }
}

TEST(PdfFormat, survives_damaged_bytes) {
  TinyPdf pdf;
  pdf.page().lines(70, 80, left_lines).outline("Departure", 1);
  auto good = pdf.bytes();
  unsigned state = 7;

  for (int round = 0; round < 300; ++round) {
    auto bytes = good;
    for (int i = 0; i < 8; ++i) {
      state = state * 1664525 + 1013904223;
      bytes[(state >> 8) % bytes.size()] = static_cast<char>(state >> 24);
    }
    auto reading = read_into_text(bytes, "a.pdf");
    for (const auto& block : reading.blocks) EXPECT_FALSE(block.text.empty());
  }
}

TEST(PdfFormat, leaves_out_a_page_of_absurd_size) {
  TinyPdf pdf;
  pdf.page().text(70, 80, "Kilometres wide").page().text(70, 80, "Words on this page.");
  auto bytes = pdf.bytes();
  std::string usual = "0 0 595 842";
  bytes.replace(bytes.find(usual), usual.size(), "0 0 2000000000 2000000000");

  auto reading = read_into_text(bytes, "a.pdf");

  ASSERT_FALSE(reading.error) << reading.error->message;
  ASSERT_EQ(reading.blocks.size(), 1U);
  EXPECT_EQ(reading.blocks[0].text, "Words on this page.");
  EXPECT_EQ(reading.summary.pages_read, 1);
}

TEST(PdfFormat, reads_only_so_many_pages) {
  TinyPdf pdf;
  for (int page = 0; page < 12; ++page) pdf.page().text(70, 100 + page, "Words on this page.");

  auto reading = read_into_text(pdf.bytes(), "a.pdf", {.pages_max = 10});

  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.summary.pages, 12);
  EXPECT_EQ(reading.summary.pages_read, 10);
  EXPECT_EQ(reading.summary.partial_reason, "Only the first 10 pages were read");
}

TEST(PdfFormat, tells_when_there_is_no_text) {
  TinyPdf pdf;
  pdf.page();

  auto reading = read_into_text(pdf.bytes(), "a.pdf");

  ASSERT_FALSE(reading.error);
  EXPECT_TRUE(reading.blocks.empty());
  EXPECT_TRUE(reading.summary.partial_reason.contains("no text"));
}

}  // namespace
}  // namespace aiva::documents
