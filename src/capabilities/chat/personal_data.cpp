#include "capabilities/chat/personal_data.h"

#include <cstddef>
#include <utility>

namespace aiva::chat {
namespace {

constexpr std::size_t name_bytes_max = 24;  // "{{email_4294967295}}" and less

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_mailbox_character(char c) {
  return is_digit(c) || is_letter(c) || std::string_view(".!#$%&'*+/=?^_`{|}~-").contains(c);
}
bool is_host_character(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '.'; }

bool is_name_character(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '}'; }

// The range of an e-mail address around the "@" at `at`; empty when it is none.
std::pair<std::size_t, std::size_t> mail_around(std::string_view text, std::size_t from,
                                                std::size_t at) {
  auto begin = at;
  while (begin > from && is_mailbox_character(text[begin - 1])) --begin;
  auto end = at + 1;
  while (end < text.size() && is_host_character(text[end])) ++end;
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  bool has_dot = text.substr(at, end - at).contains('.');
  if (begin == at || end == at + 1 || !has_dot) return {at, at};
  return {begin, end};
}

// Luhn's check of card numbers (ISO/IEC 7812-1).
bool is_card(std::string_view digits) {
  if (digits.size() < 13 || digits.size() > 19) return false;
  int sum = 0;
  bool is_doubled = false;
  for (auto i = digits.size(); i-- > 0; is_doubled = !is_doubled) {
    int digit = digits[i] - '0';
    if (is_doubled) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

struct Number {
  std::size_t length = 0;  // in bytes, from its first digit, "+" or "("
  std::string digits{};
  int separators = 0;
};

// The row of digits with single separators that begins at the text's start.
Number number_at(std::string_view text) {
  Number number;
  std::size_t separators_in_row = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (is_digit(c)) {
      number.digits += c;
      number.length = i + 1;
      separators_in_row = 0;
      continue;
    }
    bool is_plus = c == '+' && i == 0;
    bool is_separator = std::string_view(" -./()").contains(c);
    if (!is_plus && (!is_separator || ++separators_in_row > 2)) break;
    if (is_separator && c != '.') ++number.separators;
  }
  return number;
}

// A number with a country's or an area's code: not any amount or date.
bool is_phone(std::string_view text, const Number& number) {
  auto count = number.digits.size();
  if (count < 8 || count > 15) return false;
  if (text.starts_with('+') || text.starts_with("(")) return true;
  return number.digits.starts_with('0') && count >= 9;
}

}  // namespace

std::string PersonalMask::name_of(std::string_view kind, std::string_view value) {
  if (auto found = names_.find(value); found != names_.end()) return found->second;
  auto name = "{{" + std::string(kind) + "_" + std::to_string(++counts_[std::string(kind)]) + "}}";
  names_.emplace(value, name);
  values_.emplace(name, value);
  return name;
}

std::string PersonalMask::mask(std::string_view text) {
  std::string out;
  std::size_t done = 0;  // what stands before is in `out`
  for (std::size_t at = 0; at < text.size();) {
    char c = text[at];
    if (c == '@') {
      auto [begin, end] = mail_around(text, done, at);
      if (begin == end) {
        ++at;
        continue;
      }
      out.append(text.substr(done, begin - done));
      out.append(name_of("email", text.substr(begin, end - begin)));
      at = done = end;
      continue;
    }
    bool is_inside = at > 0 && (is_digit(text[at - 1]) || is_letter(text[at - 1]));
    if (is_inside || (!is_digit(c) && c != '+' && c != '(')) {
      ++at;
      continue;
    }
    auto number = number_at(text.substr(at));
    bool is_known_card = is_card(number.digits);
    if (!is_known_card && !is_phone(text.substr(at), number)) {
      at += number.length > 0 ? number.length : 1;
      continue;
    }
    auto name = name_of(is_known_card ? "card" : "phone", text.substr(at, number.length));
    out.append(text.substr(done, at - done)).append(name);
    at = done = at + number.length;
  }
  return out.append(text.substr(done));
}

const std::string* PersonalMask::value_of(std::string_view name) const {
  auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::string PersonalMask::unmask(std::string_view text) const {
  UnmaskFilter filter(*this);
  auto out = filter.push(text);
  return out + filter.finish();
}

std::string UnmaskFilter::push(std::string_view piece) {
  std::string out;
  for (char c : piece) {
    if (c == '{' && held_ != "{") out += std::exchange(held_, {});
    if (held_.empty() && c != '{') {
      out += c;
      continue;
    }
    held_ += c;
    bool may_be_name = held_ == "{" || held_ == "{{" ||
                       (held_.starts_with("{{") && is_name_character(c) &&
                        held_.size() < name_bytes_max && !held_.ends_with("}}"));
    if (may_be_name) continue;
    const auto* value = mask_.value_of(held_);
    out += value != nullptr ? *value : held_;
    held_.clear();
  }
  return out;
}

std::string UnmaskFilter::finish() { return std::exchange(held_, {}); }

}  // namespace aiva::chat
