#include "documents/read_document.h"

#include <gtest/gtest.h>

#include <string>

#include "documents/testing/read_into_text.h"
#include "foundation/text/utf8.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// PDFium lets go of objects that refer to each other in a circle, as the page trees of hostile
// files do; in the product its process ends with each document.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpdfium.so\n"; }
#endif
#endif

namespace aiva::documents {
namespace {

std::string repeat(std::string_view piece, std::size_t count) {
  std::string out;
  out.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

TEST(ReadDocument, refuses_an_empty_file) {
  auto reading = read_into_text(" \n\t ", "a.txt");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::invalid);
  EXPECT_EQ(reading.error->message, "The document is empty");
}

TEST(ReadDocument, refuses_a_file_of_unknown_type) {
  auto reading = read_into_text("PK\x03\x04", "a.docx");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::invalid);
}

TEST(ReadDocument, refuses_a_file_over_the_limit) {
  auto reading = read_into_text(std::string(2000, 'a'), "a.txt", {.file_bytes_max = 1000});
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::too_large);
}

TEST(ReadDocument, keeps_what_it_read_before_the_text_limit) {
  auto text = repeat("Some words of a paragraph.\n\n", 1000);

  auto reading = read_into_text(text, "a.txt", {.text_bytes_max = 5000});

  ASSERT_FALSE(reading.error);
  EXPECT_GT(reading.blocks.size(), 150U);
  EXPECT_LT(reading.summary.pages_read, reading.summary.pages);
  EXPECT_TRUE(reading.summary.partial_reason.contains("MB of text"))
      << reading.summary.partial_reason;
}

TEST(ReadDocument, stops_when_the_sink_refuses) {
  DocumentSink sink{.blocks = [](std::vector<Block>) -> Result<void> {
                      return fail(ErrorCode::cancelled, "enough");
                    },
                    .progress = {}};
  auto formats = make_all_formats(nullptr);

  auto summary = read_document("words", {.file_name = "a.txt"}, formats, sink);

  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::cancelled);
}

TEST(ReadDocument, says_that_the_pdf_library_is_missing) {
  DocumentSink sink{.blocks = [](std::vector<Block>) -> Result<void> { return {}; },
                    .progress = {}};
  auto formats = make_all_formats(nullptr);

  auto summary = read_document("%PDF-1.4", {.file_name = "a.pdf"}, formats, sink);

  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::unavailable);
}

TEST(ReadDocument, cuts_a_line_of_20_megabytes_into_blocks_between_words) {
  auto reading = read_into_text(repeat("lorem ipsum ", 20 * 1024 * 1024 / 12), "a.txt");

  ASSERT_FALSE(reading.error);
  std::size_t bytes = 0;
  for (const auto& block : reading.blocks) {
    EXPECT_LE(block.text.size(), ReadLimits{}.block_text_bytes_max);
    EXPECT_TRUE(block.text.ends_with("lorem") || block.text.ends_with("ipsum"));
    bytes += block.text.size() + 1;
  }
  EXPECT_NEAR(static_cast<double>(bytes), 20.0 * 1024 * 1024, 1024);
}

TEST(ReadDocument, cuts_a_line_without_blanks_between_characters) {
  auto reading = read_into_text(repeat("漢", 100000), "a.txt");

  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.blocks.size(), 5U);
  for (const auto& block : reading.blocks) EXPECT_TRUE(is_valid_utf8(block.text));
}

TEST(ReadDocument, reads_deeply_nested_html_as_plain_text) {
  auto html = "<!doctype html>" + repeat("<div>", 200000) + "the treasure &amp; more" +
              repeat("</div>", 200000) + "<script>x</script>";

  auto reading = read_into_text(html, "a.html");

  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 paragraph: the treasure & more\n");
}

TEST(ReadDocument, survives_html_that_nests_by_tags_without_an_end) {
  auto html = "<!doctype html><p>start" + repeat("<table><tr><td>", 400) + "deep";

  auto reading = read_into_text(html, "a.html");

  ASSERT_FALSE(reading.error);
  EXPECT_TRUE(reading.text().contains("start"));
}

TEST(ReadDocument, survives_markdown_of_nothing_but_marks) {
  for (std::string_view mark : {">", "- ", "*", "[", "`", "![](", "<", "|", "#", "\\", "&", "_"}) {
    auto reading = read_into_text(repeat(mark, 20000) + "\n\nword\n", "a.md");
    EXPECT_FALSE(reading.error) << mark;
  }
}

TEST(ReadDocument, repairs_broken_utf8) {
  auto reading = read_into_text("gr\xC3\xBCn, sch\xC3\xB6n und \xC3 gut\n", "a.txt");

  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 paragraph: grün, schön und \xEF\xBF\xBD gut\n");
}

TEST(ReadDocument, counts_form_feeds_as_page_ends_in_plain_text) {
  auto reading = read_into_text("first page\n\fsecond page\n\f", "a.txt");

  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.summary.pages, 2);
  EXPECT_EQ(reading.text(), "p1 paragraph: first page\np2 paragraph: second page\n");
}

}  // namespace
}  // namespace aiva::documents
