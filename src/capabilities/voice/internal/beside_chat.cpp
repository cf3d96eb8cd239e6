#include "capabilities/voice/internal/beside_chat.h"

#include <algorithm>
#include <utility>

namespace aiva::voice {
namespace {

constexpr std::size_t lines_max = 60;
constexpr std::size_t bytes_max = 16'000;

}  // namespace

void BesideChat::add(ChatRole role, std::string text) {
  if (text.empty()) return;
  bytes_ += text.size();
  lines_.push_back({.role = role, .text = std::move(text), .questions_before = questions_});
  while (lines_.size() > lines_max || bytes_ > bytes_max) {
    bytes_ -= lines_.front().text.size();
    lines_.pop_front();
    ++first_line_;
  }
}

std::vector<chat::SaidBeside> BesideChat::lines() const {
  std::vector<chat::SaidBeside> said;
  for (const auto& line : lines_)
    said.push_back({.role = line.role,
                    .text = line.text,
                    .questions_since = questions_since(line),
                    .moderation = line.moderation});
  return said;
}

std::size_t BesideChat::questions_since(const Line& line) const {
  auto blocked = std::ranges::count_if(
      blocked_, [&line](std::size_t number) { return number >= line.questions_before; });
  return questions_ - line.questions_before - static_cast<std::size_t>(blocked);
}

BesideChat::Question BesideChat::count_question() {
  return {.number = questions_++, .first_line = first_line_};
}

void BesideChat::learn(Question question, const chat::Answer& answer) {
  for (std::size_t at = 0; at < answer.said_moderation.size(); ++at) {
    auto line = question.first_line + at;
    if (line >= first_line_ && line < first_line_ + lines_.size())
      lines_[line - first_line_].moderation = answer.said_moderation[at];
  }
  if (answer.decision.moderation.message != "blocked" || lines_.empty()) return;
  std::erase_if(blocked_, [first = lines_.front().questions_before](std::size_t number) {
    return number < first;
  });
  blocked_.push_back(question.number);
}

}  // namespace aiva::voice
