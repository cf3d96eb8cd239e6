#include "documents/formats/converted_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string read(std::string_view text, bool are_slides = false, const ReadLimits& limits = {}) {
  std::vector<Block> blocks;
  DocumentSink sink{.blocks = [&](std::vector<Block> batch) -> Result<void> {
                      for (auto& block : batch) blocks.push_back(std::move(block));
                      return {};
                    },
                    .progress = {}};
  ReadRequest request;
  BlockOutput out(sink, request, limits);
  auto summary = are_slides ? read_catppt_text(text, out) : read_catdoc_text(text, out);
  EXPECT_TRUE(out.flush());
  if (!summary) return to_text(blocks) + "failed: " + summary.error().message;
  return to_text(blocks) + std::to_string(summary->pages) + " pages";
}

TEST(ConvertedText, makes_a_line_a_paragraph_or_an_item) {
  EXPECT_EQ(read("First words.\n\n\xE2\x80\xA2 One\n2. Two\n2.1 Scope\n"),
            "p1 paragraph: First words.\n"
            "p1 item 1: One\n"
            "p1 item 1: 2. Two\n"
            "p1 heading 2: 2.1 Scope\n"
            "1 pages");
}

TEST(ConvertedText, makes_tables_of_marked_rows) {
  EXPECT_EQ(read("Before\nName\x1CPrice\x1E"
                 "a|b\x1C"
                 "4\x1E\x1C\x1C\x1E"
                 "After\x1Cwards\n"),
            "p1 paragraph: Before\n"
            "p1 table (header 1): Name | Price\na\\|b | 4\n"
            "p1 paragraph: After wards\n"
            "1 pages");
}

TEST(ConvertedText, counts_pages_and_slides) {
  EXPECT_EQ(read("One\fTwo\n\f\f\n"), "p1 paragraph: One\np2 paragraph: Two\n2 pages");
  EXPECT_EQ(
      read("\n\fTitle\n" + std::string(200, 'x') + "\n\f" + std::string(130, 'y') + "\n", true),
      "p2 heading 2: Title\np2 paragraph: " + std::string(200, 'x') +
          "\np3 paragraph: " + std::string(130, 'y') + "\n3 pages");
  EXPECT_EQ(read("a\fb\fc\fd", false, {.pages_max = 2}),
            "p1 paragraph: a\np2 paragraph: b\nc\nd\n2 pages");
}

TEST(ConvertedText, fails_where_there_is_none) {
  for (const auto* text : {"", " \n\f\n", "\f\f"})
    EXPECT_EQ(read(text), "failed: The converter found no text in the document");
}

}  // namespace
}  // namespace aiva::documents
