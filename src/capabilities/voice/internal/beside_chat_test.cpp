#include "capabilities/voice/internal/beside_chat.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace aiva::voice {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> states(const BesideChat& beside) {
  std::vector<std::string> all;
  for (const auto& line : beside.lines()) all.push_back(line.moderation);
  return all;
}

std::vector<std::size_t> questions_since(const BesideChat& beside) {
  std::vector<std::size_t> all;
  for (const auto& line : beside.lines()) all.push_back(line.questions_since);
  return all;
}

chat::Answer blocked_question() {
  chat::Answer answer;
  answer.decision.moderation.message = "blocked";
  return answer;
}

TEST(BesideChat, knows_what_moderators_said_of_its_lines) {
  BesideChat beside;
  beside.add(ChatRole::assistant, "A lamp?");
  beside.add(ChatRole::user, "Yes.");
  auto question = beside.count_question();
  beside.add(ChatRole::user, "Four.");
  EXPECT_THAT(states(beside), ElementsAre("", "", ""));

  beside.learn(question, {.said_moderation = {"", "flagged"}});

  EXPECT_THAT(states(beside), ElementsAre("", "flagged", ""));
}

TEST(BesideChat, knows_it_still_when_older_lines_were_given_up_meanwhile) {
  BesideChat beside;
  for (int line = 0; line < 60; ++line) beside.add(ChatRole::user, "first");
  auto question = beside.count_question();
  std::vector<std::string> said(60, "passed");
  said.back() = "flagged";
  for (int line = 0; line < 58; ++line) beside.add(ChatRole::user, "second");

  beside.learn(question, {.said_moderation = said});

  auto known = states(beside);
  ASSERT_THAT(known, SizeIs(60));
  EXPECT_EQ(known[0], "passed");
  EXPECT_EQ(known[1], "flagged");
  EXPECT_EQ(known[2], "");
}

TEST(BesideChat, does_not_count_a_question_that_was_blocked) {
  BesideChat beside;
  beside.add(ChatRole::user, "before");
  auto first = beside.count_question();
  beside.add(ChatRole::user, "between");
  auto second = beside.count_question();
  beside.add(ChatRole::user, "after");
  EXPECT_THAT(questions_since(beside), ElementsAre(2U, 1U, 0U));

  beside.learn(second, blocked_question());
  EXPECT_THAT(questions_since(beside), ElementsAre(1U, 0U, 0U));
  beside.learn(first, {});
  beside.count_question();
  EXPECT_THAT(questions_since(beside), ElementsAre(2U, 1U, 1U));
  beside.learn(first, blocked_question());
  EXPECT_THAT(questions_since(beside), ElementsAre(1U, 1U, 1U));
}

TEST(BesideChat, may_be_empty) {
  BesideChat beside;
  beside.learn(beside.count_question(), blocked_question());
  beside.add(ChatRole::user, "");
  EXPECT_THAT(beside.lines(), IsEmpty());
  beside.add(ChatRole::user, "Yes.");
  EXPECT_THAT(questions_since(beside), ElementsAre(0U));
}

}  // namespace
}  // namespace aiva::voice
