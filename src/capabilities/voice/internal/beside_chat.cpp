#include "capabilities/voice/internal/beside_chat.h"

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
  }
}

std::vector<chat::SaidBeside> BesideChat::lines() const {
  std::vector<chat::SaidBeside> said;
  for (const auto& line : lines_)
    said.push_back({.role = line.role,
                    .text = line.text,
                    .questions_since = questions_ - line.questions_before});
  return said;
}

}  // namespace aiva::voice
