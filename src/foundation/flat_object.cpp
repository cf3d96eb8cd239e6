#include "foundation/flat_object.h"

namespace aiva {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// JSON writes neither as it is. Without a branch, so that many bytes are looked at together.
bool has_escape_or_control(std::string_view text) {
  unsigned found = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    found |= static_cast<unsigned>(byte < 0x20) | static_cast<unsigned>(byte == '\\');
  }
  return found != 0;
}

}  // namespace

std::optional<FlatObject::Member> FlatObject::next() {
  auto name = text();
  if (!name || !take(':')) return std::nullopt;
  bool is_text = peek() == '"';
  auto value = is_text ? text() : number();
  if (!value) return std::nullopt;
  return Member{.name = *name, .value = *value, .is_text = is_text};
}

bool FlatObject::end() {
  if (!take('}')) return false;
  skip_space();
  return at_ == text_.size();
}

void FlatObject::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

char FlatObject::peek() {
  skip_space();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool FlatObject::take(char c) {
  if (peek() != c) return false;
  ++at_;
  return true;
}

std::optional<std::string_view> FlatObject::text() {
  if (!take('"')) return std::nullopt;
  auto end = text_.find('"', at_);
  if (end == std::string_view::npos) return std::nullopt;
  auto content = text_.substr(at_, end - at_);
  if (has_escape_or_control(content)) return std::nullopt;
  at_ = end + 1;
  return content;
}

std::optional<std::string_view> FlatObject::number() {
  auto begin = at_;
  while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  if (at_ == begin || (at_ - begin > 1 && text_[begin] == '0')) return std::nullopt;
  return text_.substr(begin, at_ - begin);
}

}  // namespace aiva
