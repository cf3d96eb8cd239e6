#include "capabilities/voice/internal/spoken_run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aiva::voice {
namespace {

TEST(SpokenRun, says_what_was_heard_of_it) {
  SpokenRun run({.coding = Coding::pcmu});
  run.add_words("a", "One two ");
  run.add_audio("a", 800);  // 100 ms
  run.add_words("a", "three four.");
  run.add_audio("a", 800);
  run.add_words("b", "Five six.");
  run.add_audio("b", 800);
  struct Case {
    std::int64_t heard_ms;
    const char* item;
    std::int64_t of_it;
    const char* text;
  };
  const std::vector<Case> cases = {{0, "", 0, ""},
                                   {-20, "", 0, ""},
                                   {20, "a", 20, ""},
                                   {100, "a", 100, "One two"},
                                   {200, "a", 200, "One two three four."},
                                   {260, "b", 60, "One two three four. Five"},
                                   {9000, "b", 100, "One two three four. Five six."}};

  for (const auto& [heard_ms, item, of_it, text] : cases) {
    auto cut = run.cut_at(heard_ms);
    EXPECT_EQ(cut.item, item) << heard_ms;
    EXPECT_EQ(cut.heard_ms, of_it) << heard_ms;
    EXPECT_EQ(cut.text, text) << heard_ms;
  }
  EXPECT_EQ(run.text(), "One two three four. Five six.");
}

TEST(SpokenRun, cuts_nothing_where_nothing_came) {
  SpokenRun run({.rate = 16'000});
  EXPECT_TRUE(run.is_empty());
  run.add_words("a", "Words without a voice");

  EXPECT_FALSE(run.has_audio());
  EXPECT_EQ(run.cut_at(500).item, "");
}

}  // namespace
}  // namespace aiva::voice
