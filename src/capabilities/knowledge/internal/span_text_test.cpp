#include "capabilities/knowledge/internal/span_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace aiva::knowledge {
namespace {

TEST(SpanText, gives_back_what_was_written) {
  std::vector<ChunkSpan> spans = {
      {.page = 3, .begin = 0, .end = 120},
      {.page = 4, .begin = 122, .end = 4000, .box = Box{72.5F, 100, 523.1F, 140.9F}}};

  auto text = write_spans(spans);
  auto read = read_spans(text);

  EXPECT_EQ(text, "3:0:120;4:122:4000:725:1000:5231:1409");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].page, 3);
  EXPECT_EQ(read[0].end, 120U);
  EXPECT_FALSE(read[0].box.has_value());
  ASSERT_TRUE(read[1].box.has_value());
  EXPECT_FLOAT_EQ(read[1].box->left, 72.5F);
  EXPECT_FLOAT_EQ(read[1].box->bottom, 140.9F);
}

TEST(SpanText, stops_at_what_is_malformed) {
  for (const auto* text : {"", "1", "1:2", "1:2:x", "1:2:3:4", "1:9:3", "-1:0:1", "1:0:1:2:3:4:5:6",
                           "1:0:99999999999999999999"})
    EXPECT_TRUE(read_spans(text).empty()) << text;
  EXPECT_EQ(read_spans("1:0:5;;2:0:5").size(), 1U);
}

TEST(SpanText, survives_boxes_beyond_every_page) {
  auto inf = std::numeric_limits<float>::infinity();
  std::vector<ChunkSpan> spans = {
      {.page = 1, .begin = 0, .end = 1, .box = Box{inf, -inf, 1e30F, -1e30F}}};

  auto read = read_spans(write_spans(spans));

  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].box->left, 0);
  EXPECT_EQ(read[0].box->right, 1e7F);
}

TEST(PageAt, names_the_page_of_an_offset) {
  Chunk chunk{.page_first = 3, .page_last = 5};
  chunk.spans = {{.page = 3, .begin = 0, .end = 10},
                 {.page = 4, .begin = 12, .end = 20},
                 {.page = 5, .begin = 22, .end = 30}};

  EXPECT_EQ(page_at(chunk, 0), 3);
  EXPECT_EQ(page_at(chunk, 11), 3);
  EXPECT_EQ(page_at(chunk, 12), 4);
  EXPECT_EQ(page_at(chunk, 500), 5);
}

}  // namespace
}  // namespace aiva::knowledge
