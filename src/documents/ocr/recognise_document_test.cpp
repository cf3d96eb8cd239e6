#include "documents/ocr/recognise_document.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "documents/ocr/open_pages.h"
#include "documents/ocr/page_image.h"
#include "documents/testing/load_picture.h"
#include "documents/testing/read_into_text.h"
#include "documents/testing/scan.h"
#include "documents/testing/tiny_pdf.h"

namespace aiva::documents {
namespace {

const Pdfium& pdfium() { return *test_pdfium(); }

const Recogniser& recogniser() {
  static const auto opened = Recogniser::open({});
  if (!opened) ADD_FAILURE() << opened.error().message << ": " << opened.error().cause;
  return **opened;
}

TinyPdf letter() {
  TinyPdf pdf;
  pdf.page()
      .text(70, 90, "Opening hours of the museum", 20)
      .lines(70, 140,
             {"The museum of clocks is open from Tuesday to Sunday between ten in the morn-",
              "ing and six in the evening. The last visitors are let in at half past five.",
              "On public holidays the doors stay closed."})
      .lines(70, 200,
             {"Groups of more than ten people are asked to tell us beforehand by tele-",
              "phone, so that a guide can be found for them in good time."});
  return pdf;
}

PageImage draw(const TinyPdf& pdf, int page = 1) {
  auto bytes = pdf.bytes();
  auto pages = open_pdf_pages(pdfium(), bytes);
  return *(*pages)->draw(page);
}

struct Outcome {
  Result<DocumentSummary> summary = DocumentSummary{};
  std::vector<Block> blocks{};
  std::vector<int> progress{};
};

Outcome recognise(std::string_view bytes, std::vector<int> pages) {
  Outcome outcome;
  DocumentSink sink{.blocks = [&](std::vector<Block> blocks) -> Result<void> {
                      for (auto& block : blocks) outcome.blocks.push_back(std::move(block));
                      return {};
                    },
                    .progress = [&](int done, int) -> Result<void> {
                      outcome.progress.push_back(done);
                      return {};
                    }};
  ReadRequest request{.pages_to_recognise = std::move(pages)};
  outcome.summary = recognise_document(bytes, request, {.pdfium = &pdfium()}, recogniser(), sink);
  return outcome;
}

void expect_letter(const Outcome& outcome) {
  ASSERT_TRUE(outcome.summary) << outcome.summary.error().message;
  ASSERT_EQ(outcome.blocks.size(), 3U);
  EXPECT_EQ(outcome.blocks[0].kind, BlockKind::heading);
  EXPECT_EQ(outcome.blocks[0].text, "Opening hours of the museum");
  EXPECT_EQ(outcome.blocks[1].kind, BlockKind::paragraph);
  EXPECT_EQ(
      outcome.blocks[1].text,
      "The museum of clocks is open from Tuesday to Sunday between ten in the morning and six "
      "in the evening. The last visitors are let in at half past five. On public holidays the "
      "doors stay closed.");
  EXPECT_TRUE(outcome.blocks[2].text.contains("by telephone, so that a guide"));
}

TEST(RecogniseDocument, reads_the_print_of_a_scanned_page_in_blocks_with_places) {
  auto outcome = recognise(make_scan_pdf({draw(letter())}), {1});

  expect_letter(outcome);
  ASSERT_TRUE(outcome.blocks[0].box);
  EXPECT_NEAR(outcome.blocks[0].box->left, 70, 6);
  EXPECT_NEAR(outcome.blocks[0].box->bottom, 92, 8);
  EXPECT_NEAR(outcome.blocks[2].box->top, 192, 8);
}

TEST(RecogniseDocument, reads_an_image_whose_pixels_are_its_points) {
  auto image = draw(letter());
  auto outcome = recognise(make_bmp(image), {1});

  expect_letter(outcome);
  EXPECT_EQ(outcome.summary->format, FileFormat::image);
  EXPECT_NEAR(outcome.blocks[0].box->left, 70 / image.points_per_pixel, 20);
}

TEST(RecogniseDocument, says_why_heic_cannot_be_recognised_without_its_library) {
  auto outcome = recognise(load_picture("print.heic"), {1});

  ASSERT_FALSE(outcome.summary);
  EXPECT_TRUE(outcome.summary.error().message.contains("HEIC"));
}

TEST(RecogniseDocument, finds_out_which_way_round_a_page_lies) {
  auto upright = draw(letter());
  for (int turns : {1, 2, 3}) {
    auto lying = turn(upright, turns);
    auto outcome = recognise(make_bmp(lying), {1});

    SCOPED_TRACE(turns);
    expect_letter(outcome);
    // The heading keeps its place on the page as it lies there.
    ASSERT_TRUE(outcome.blocks[0].box);
    float left = 70 / upright.points_per_pixel;
    const auto& box = *outcome.blocks[0].box;
    auto width = static_cast<float>(lying.width);
    auto height = static_cast<float>(lying.height);
    EXPECT_NEAR(turns == 1   ? box.top
                : turns == 2 ? width - box.right
                             : height - box.bottom,
                left, 20);
  }
}

TEST(RecogniseDocument, finds_columns_tables_and_lists_on_a_scan) {
  TinyPdf pdf;
  std::vector<std::string> left;
  std::vector<std::string> right;
  for (int i = 0; i < 10; ++i) {
    left.insert(left.end(),
                {"The left column tells of rivers, num-", "bers and the names of bridges."});
    right.insert(right.end(),
                 {"On the right hand we speak of hills", "and of the roads that cross them."});
  }
  pdf.page().text(60, 70, "The Evening Gazette", 22).lines(60, 120, left).lines(320, 120, right);
  pdf.page().text(60, 100, "The following table lists what is sold in the shop and for how much.");
  for (int i = 0; i < 5; ++i) {
    double y = 130 + 16 * i;
    auto number = std::to_string(10 + i);
    pdf.text(60, y, i == 0 ? "Product" : "Item " + number)
        .text(200, y, i == 0 ? "Price" : number + ".50")
        .text(300, y, i == 0 ? "In stock" : number + " pieces");
  }
  pdf.text(60, 240, "- first thing to note").text(60, 254, "- second thing to note");

  auto outcome = recognise(make_scan_pdf({draw(pdf, 1), draw(pdf, 2)}), {1, 2});

  ASSERT_TRUE(outcome.summary) << outcome.summary.error().message;
  std::string first_page;
  const Block* table = nullptr;
  int items = 0;
  for (const auto& block : outcome.blocks) {
    if (block.page == 1) first_page += block.text + "\n";
    if (block.kind == BlockKind::table) table = &block;
    items += block.kind == BlockKind::list_item ? 1 : 0;
  }
  EXPECT_TRUE(first_page.contains("tells of rivers, numbers and the names of bridges."));
  EXPECT_LT(first_page.rfind("bridges"), first_page.find("On the right hand")) << first_page;
  ASSERT_NE(table, nullptr);
  EXPECT_TRUE(table->text.starts_with("Product | Price | In stock\nItem 11 | 11.50 | 11 pieces\n"))
      << table->text;
  EXPECT_EQ(items, 2);
}

TEST(RecogniseDocument, reads_only_the_pages_asked_for_one_after_the_other) {
  TinyPdf pdf;
  for (const char* word : {"First", "Second", "Third"})
    pdf.page().text(70, 90, std::string(word) + " page of the little book about bees", 14);
  auto outcome = recognise(make_scan_pdf({draw(pdf, 1), draw(pdf, 2), draw(pdf, 3)}), {2, 3});

  ASSERT_TRUE(outcome.summary) << outcome.summary.error().message;
  ASSERT_EQ(outcome.blocks.size(), 2U);
  EXPECT_TRUE(outcome.blocks[0].text.starts_with("Second page"));
  EXPECT_EQ(outcome.blocks[0].page, 2);
  EXPECT_EQ(outcome.blocks[1].page, 3);
  EXPECT_EQ(outcome.progress, (std::vector{1, 2}));
  EXPECT_EQ(outcome.summary->pages, 2);
  EXPECT_EQ(outcome.summary->pages_read, 2);
}

TEST(RecogniseDocument, notes_pages_that_are_not_there) {
  auto bytes = make_scan_pdf({draw(letter())});
  auto some = recognise(bytes, {1, 7});
  ASSERT_TRUE(some.summary);
  EXPECT_EQ(some.summary->pages, 2);
  EXPECT_EQ(some.summary->pages_read, 1);
  EXPECT_EQ(some.summary->partial_reason, "The document has no page 7");

  auto none = recognise(bytes, {7});
  ASSERT_FALSE(none.summary);
  EXPECT_EQ(none.summary.error().code, ErrorCode::invalid);
}

TEST(RecogniseDocument, finds_no_text_on_an_empty_page_or_in_noise) {
  PageImage empty{.width = 1000, .height = 1400, .grey = std::vector<std::uint8_t>(1400000, 255)};
  auto blank = recognise(make_bmp(empty), {1});
  ASSERT_TRUE(blank.summary) << blank.summary.error().message;
  EXPECT_TRUE(blank.blocks.empty());

  unsigned state = 7;
  for (auto& pixel : empty.grey)
    pixel = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  auto noise = recognise(make_bmp(empty), {1});
  ASSERT_TRUE(noise.summary) << noise.summary.error().message;
  EXPECT_TRUE(noise.blocks.empty());
}

TEST(RecogniseDocument, refuses_what_is_no_document_of_pictures) {
  auto outcome = recognise("Just a text.", {1});
  ASSERT_FALSE(outcome.summary);
  EXPECT_EQ(outcome.summary.error().code, ErrorCode::invalid);
}

TEST(RecogniseDocument, refuses_an_image_of_too_many_pixels_before_it_is_decoded) {
  PageImage small{.width = 4, .height = 4, .grey = std::vector<std::uint8_t>(16)};
  auto bytes = make_bmp(small);
  bytes.replace(18, 8, std::string("\xFF\xFF\x00\x00\xFF\xFF\x00\x00", 8));
  auto outcome = recognise(bytes, {1});
  ASSERT_FALSE(outcome.summary);
  EXPECT_EQ(outcome.summary.error().code, ErrorCode::too_large);
}

TEST(RecogniseDocument, refuses_an_image_that_is_too_long) {
  PageImage strip{.width = 1, .height = 40000, .grey = std::vector<std::uint8_t>(40000)};
  auto outcome = recognise(make_bmp(strip), {1});
  ASSERT_FALSE(outcome.summary);
  EXPECT_EQ(outcome.summary.error().code, ErrorCode::too_large);
}

TEST(RecogniseDocument, draws_a_very_long_page_smaller) {
  TinyPdf pdf;
  pdf.page().text(70, 80, "A strip of paper", 20);
  auto bytes = pdf.bytes();
  bytes.replace(bytes.find("0 0 595 842"), 11, "0 0 99 9999");
  auto pages = open_pdf_pages(pdfium(), bytes);
  auto image = (*pages)->draw(1);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_LE(image->height, 32000);
  EXPECT_GT(image->height, 20000);
}

TEST(Recogniser, says_what_is_not_installed) {
  auto language = Recogniser::open({.languages = {"eng", "xyz"}});
  ASSERT_FALSE(language);
  EXPECT_EQ(language.error().code, ErrorCode::unavailable);
  EXPECT_EQ(language.error().message, "Text recognition is not installed for the language xyz");

  auto library = Recogniser::open({.library = "libnowhere.so"});
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().code, ErrorCode::unavailable);

  EXPECT_FALSE(Recogniser::open({.languages = {}}));
  EXPECT_FALSE(Recogniser::open({.languages = {"../eng"}}));
}

TEST(PageImage, turns_clockwise) {
  PageImage image{.width = 3, .height = 2, .grey = {1, 2, 3, 4, 5, 6}};
  auto once = turn(image, 1);
  EXPECT_EQ(once.width, 2);
  EXPECT_EQ(once.grey, (std::vector<std::uint8_t>{4, 1, 5, 2, 6, 3}));
  EXPECT_EQ(turn(image, 2).grey, (std::vector<std::uint8_t>{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(turn(once, -1).grey, image.grey);
  EXPECT_EQ(turn(once, 3).grey, image.grey);
}

}  // namespace
}  // namespace aiva::documents
