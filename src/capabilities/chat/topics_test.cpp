#include "capabilities/chat/topics.h"

#include <gtest/gtest.h>

namespace aiva::chat {
namespace {

TEST(Topics, are_found_by_all_their_words_in_any_form) {
  std::vector<std::string> topics = {"", "the", "elections", "medical advice"};

  EXPECT_EQ(find_topic("Who won the election?", topics), "elections");
  EXPECT_EQ(find_topic("I want advice on something MEDICAL", topics), "medical advice");
  EXPECT_EQ(find_topic("Any advice?", topics), std::nullopt);
  EXPECT_EQ(find_topic("", topics), std::nullopt);
  EXPECT_EQ(find_topic("elections", {}), std::nullopt);
}

}  // namespace
}  // namespace aiva::chat
