#include "foundation/text/sse_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva {
namespace {

using ::testing::ElementsAre;

// The data of all events when the text arrives in pieces of that size.
std::vector<std::string> read(std::string_view text, std::size_t piece_bytes) {
  SseParser parser;
  std::vector<std::string> data;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    auto events = parser.feed(text.substr(at, piece_bytes));
    EXPECT_TRUE(events.has_value());
    for (auto& event : *events) data.push_back(std::move(event.data));
  }
  return data;
}

TEST(SseParser, reads_the_same_events_however_they_are_cut) {
  std::string text =
      "\xef\xbb\xbf"
      "data: one\n\n: comment\nid: 7\ndata:two\r\ndata:  lines\r\n\r\n"
      "retry: 5\rdata\r\rdata: \xc3\xa4\n\ndata: never ended";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_THAT(read(text, piece), ElementsAre("one", "two\n lines", "", "\xc3\xa4")) << piece;
}

TEST(SseParser, tells_types_and_forgets_them) {
  SseParser parser;

  auto events = parser.feed("event: error\ndata: a\n\ndata: b\n\n");

  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ(events->at(0).type, "error");
  EXPECT_EQ(events->at(1).type, "");
}

TEST(SseParser, ignores_events_without_data_and_keep_alives) {
  EXPECT_THAT(read("event: ping\n\n\n\n:\n\n: ping\n\ndata: x\n\n", 3), ElementsAre("x"));
}

TEST(SseParser, bounds_an_event) {
  SseParser lines(1000);
  SseParser endless_line(1000);

  EXPECT_FALSE(endless_line.feed(std::string(2000, 'x')).has_value());
  Result<std::vector<SseEvent>> outcome;
  for (int i = 0; i < 20 && outcome; ++i)
    outcome = lines.feed("data: " + std::string(94, 'x') + "\n");
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva
