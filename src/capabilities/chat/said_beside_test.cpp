#include "capabilities/chat/internal/said_beside.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ChatMessage> history() {
  return {{.role = ChatRole::assistant, .content = "Welcome."},
          {.role = ChatRole::user, .content = "first"},
          {.role = ChatRole::assistant, .content = "one"},
          {.role = ChatRole::user, .content = "second"},
          {.role = ChatRole::assistant, .content = "two"}};
}

std::vector<std::string> texts(const std::vector<ChatMessage>& messages) {
  std::vector<std::string> all;
  for (const auto& message : messages)
    all.push_back((message.role == ChatRole::user ? "u: " : "a: ") + message.content);
  return all;
}

SaidBeside asked(std::string text, std::size_t questions_since) {
  return {.role = ChatRole::assistant, .text = std::move(text), .questions_since = questions_since};
}

SaidBeside answered(std::string text, std::size_t questions_since) {
  return {.text = std::move(text), .questions_since = questions_since};
}

TEST(SaidBeside, stands_behind_everything_when_nothing_was_asked_since) {
  auto all = with_said(history(), {asked("How many?", 0), answered("4", 0)});
  EXPECT_THAT(texts(all), ElementsAre("a: Welcome.", "u: first", "a: one", "u: second", "a: two",
                                      "a: How many?", "u: 4"));
}

TEST(SaidBeside, stands_where_it_was_said) {
  auto all = with_said(history(), {asked("Name?", 2), answered("Ada", 2), asked("Bye.", 1)});
  EXPECT_THAT(texts(all), ElementsAre("a: Welcome.", "a: Name?", "u: Ada", "u: first", "a: one",
                                      "a: Bye.", "u: second", "a: two"));
}

TEST(SaidBeside, stands_before_all_questions_when_it_is_older_than_they_are) {
  auto all = with_said(history(), {asked("Name?", 9), answered("Ada", 9)});
  EXPECT_THAT(texts(all), ElementsAre("a: Welcome.", "a: Name?", "u: Ada", "u: first", "a: one",
                                      "u: second", "a: two"));
}

TEST(SaidBeside, is_left_out_where_it_is_blocked) {
  auto blocked = answered("forbidden", 1);
  blocked.moderation = "blocked";
  auto flagged = answered("doubtful", 1);
  flagged.moderation = "flagged";
  auto all = with_said(history(), {asked("Name?", 1), blocked, flagged});
  EXPECT_THAT(texts(all), ElementsAre("a: Welcome.", "u: first", "a: one", "a: Name?",
                                      "u: doubtful", "u: second", "a: two"));
}

TEST(SaidBeside, is_all_there_is_before_the_first_question) {
  EXPECT_THAT(texts(with_said({}, {asked("Name?", 3), answered("Ada", 0)})),
              ElementsAre("a: Name?", "u: Ada"));
  EXPECT_THAT(with_said({}, {}), IsEmpty());
  EXPECT_EQ(with_said(history(), {}).size(), 5U);
}

}  // namespace
}  // namespace aiva::chat
