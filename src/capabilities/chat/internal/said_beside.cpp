#include "capabilities/chat/internal/said_beside.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace aiva::chat {

std::vector<ChatMessage> with_said(std::vector<ChatMessage> history, std::vector<SaidBeside> said) {
  std::erase_if(said, [](const SaidBeside& one) { return one.moderation == "blocked"; });
  if (said.empty()) return history;
  std::vector<std::size_t> questions;  // where they are
  for (std::size_t at = 0; at < history.size(); ++at)
    if (history[at].role == ChatRole::user) questions.push_back(at);
  auto place_of = [&](const SaidBeside& one) {
    if (one.questions_since == 0 || questions.empty()) return history.size();
    auto since = std::min(one.questions_since, questions.size());
    return questions[questions.size() - since];
  };
  std::vector<ChatMessage> all;
  all.reserve(history.size() + said.size());
  auto next = said.begin();
  for (std::size_t at = 0; at <= history.size(); ++at) {
    for (; next != said.end() && place_of(*next) <= at; ++next)
      all.push_back({.role = next->role, .content = std::move(next->text)});
    if (at < history.size()) all.push_back(std::move(history[at]));
  }
  return all;
}

}  // namespace aiva::chat
