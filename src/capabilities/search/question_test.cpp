#include "capabilities/search/question.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aiva::search {
namespace {

TEST(NormalQuestion, folds_case_spaces_and_marks_at_the_end) {
  for (auto query : {"When are refunds paid", "  when ARE\trefunds\r\n paid ?!",
                     "When are refunds paid...", "Ｗｈｅｎ are refunds paid?"})
    EXPECT_EQ(normal_question(query), "when are refunds paid") << query;
  EXPECT_EQ(normal_question("ÜBER UNS?"), "über uns");
  EXPECT_EQ(normal_question("What is C++?"), "what is c++");
  EXPECT_EQ(normal_question("Is v1.2 out."), "is v1.2 out");
  EXPECT_EQ(normal_question("???"), "???");
  EXPECT_EQ(normal_question(""), "");
}

TEST(SenseOfQuestion, is_the_same_for_what_says_the_same) {
  std::vector<std::pair<std::string, std::string>> pairs{
      {"How do I reset my password?", "how can I reset my passwords"},
      {"When are refunds paid?", "When is the refund paid"},
      {"What payment methods are accepted?", "Which payment methods are accepted?"},
      {"Hello, please explain the return period. Thanks!", "the return period"}};
  for (const auto& [one, other] : pairs)
    EXPECT_EQ(sense_of_question(one), sense_of_question(other)) << one;
}

TEST(SenseOfQuestion, tells_apart_what_encoders_take_for_alike) {
  for (const auto& [one, other] : std::vector<std::pair<std::string, std::string>>{
           {"What does error E12 mean?", "What does error E21 mean?"},
           {"Turn the light on", "Turn the light off"},
           {"How do I log in?", "How do I log out?"},
           {"Which plans include support?", "Which plans don't include support?"},
           {"from Graz to Linz", "from Linz to Graz"},
           {"Shipping to Spain", "Shipping from Spain"},
           {"When are refunds paid?", "Why are refunds paid?"},
           {"Can I delete my account?", "Can you delete my account?"},
           {"Do you pay me?", "Do I pay you?"},
           {"Who do I call?", "Who calls me?"},
           {"What is in the box?", "What is on the box?"},
           {"Can I pay with points?", "Can I pay for points?"},
           {"Can I bring food or drinks?", "Can I bring food and drinks?"},
           {"Should I update the firmware?", "Can I update the firmware?"},
           {"Is there a fee?", "What is the fee?"},
           {"Is any plan free?", "Is the plan free?"},
           {"How many users can I invite?", "How many users have I invited?"},
           {"Is the parcel delivered?", "Was the parcel delivered?"},
           {"What is C?", "What is C++?"},
           {"at 5 degrees", "at -5 degrees"},
           {"less than 5 €", "less than 5 £"},
           {"Cancel before the trial ends", "Cancel after the trial ends"},
           {"Is the shop open?", "Is the shop open on holidays?"}})
    EXPECT_NE(sense_of_question(one), sense_of_question(other)) << one << " / " << other;
}

TEST(SenseOfQuestion, keeps_words_apart_that_are_too_long_to_be_compared) {
  std::string word(64, 'x');
  EXPECT_NE(sense_of_question(word + "1"), sense_of_question(word + "2"));
}

TEST(HashOfQuestion, tells_questions_apart) {
  EXPECT_EQ(hash_of_question("a"), hash_of_question("a"));
  EXPECT_NE(hash_of_question("a"), hash_of_question("b"));
  EXPECT_NE(hash_of_question(""), 0);
}

}  // namespace
}  // namespace aiva::search
