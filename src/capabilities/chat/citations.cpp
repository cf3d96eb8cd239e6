#include "capabilities/chat/citations.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace aiva::chat {
namespace {

constexpr std::size_t marker_bytes_max = 40;
constexpr int number_max = 99;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// Reads the number at `at` and moves behind it; nothing when there is none or it is too large.
std::optional<int> read_number(std::string_view text, std::size_t& at) {
  std::size_t begin = at;
  int number = 0;
  while (at < text.size() && is_digit(text[at])) {
    if (at - begin >= 2) return std::nullopt;
    number = number * 10 + (text[at++] - '0');
  }
  if (at == begin) return std::nullopt;
  return number;
}

void skip_spaces(std::string_view text, std::size_t& at) {
  while (at < text.size() && text[at] == ' ') ++at;
}

// The numbers of "1, 3-5"; nothing when it is no such list.
std::optional<std::vector<int>> read_numbers(std::string_view list) {
  std::vector<int> numbers;
  for (std::size_t at = 0;; ++at) {
    skip_spaces(list, at);
    auto first = read_number(list, at);
    if (!first) return std::nullopt;
    skip_spaces(list, at);
    auto last = first;
    if (at < list.size() && list[at] == '-') {
      skip_spaces(list, ++at);
      last = read_number(list, at);
      if (!last) return std::nullopt;
      skip_spaces(list, at);
    }
    auto [least, most] = std::minmax(*first, *last);
    for (int number = least; number <= std::min(most, number_max); ++number)
      numbers.push_back(number);
    if (at == list.size()) return numbers;
    if (list[at] != ',' && list[at] != ';') return std::nullopt;
  }
}

// The length of the marker "[n]" at the start of `text`, 0 when there is none.
std::size_t marker_length(std::string_view text) {
  std::size_t at = 1;
  if (!text.starts_with('[') || !read_number(text, at)) return 0;
  return at < text.size() && text[at] == ']' ? at + 1 : 0;
}

bool ends_statement(std::string_view text, std::size_t at) {
  if (text[at] == '\n') return true;
  bool is_stop = text[at] == '.' || text[at] == '!' || text[at] == '?';
  return is_stop && at + 1 < text.size() && is_space(text[at + 1]);
}

// The last statement of `text`; stops and spaces at its very end belong to it.
std::string_view last_statement(std::string_view text) {
  while (!text.empty() &&
         (is_space(text.back()) || text.back() == '.' || text.back() == '!' || text.back() == '?'))
    text.remove_suffix(1);
  std::size_t begin = text.size();
  while (begin > 0 && !ends_statement(text, begin - 1)) --begin;
  text.remove_prefix(begin);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

std::string CitationFilter::push(std::string_view piece) {
  std::string out;
  for (char c : piece) take(c, out);
  return out;
}

std::string CitationFilter::finish() {
  std::string out = marker_.empty() ? std::string() : spaces_ + marker_;
  spaces_.clear();
  marker_.clear();
  return out;
}

void CitationFilter::take(char c, std::string& out) {
  if (!marker_.empty()) {
    if (c == ']') return close_marker(out);
    bool may_belong = is_digit(c) || c == ',' || c == ';' || c == '-' || c == ' ';
    if (may_belong && marker_.size() < marker_bytes_max) {
      marker_ += c;
      return;
    }
    out += std::exchange(spaces_, {});
    out += std::exchange(marker_, {});
  }
  if (c == '`' && before_ != '`') is_in_code_ = !is_in_code_;
  before_ = c;
  if (is_space(c)) {
    spaces_ += c;
  } else if (c == '[' && !is_in_code_) {
    marker_ = c;
  } else {
    out += std::exchange(spaces_, {});
    out += c;
  }
}

void CitationFilter::close_marker(std::string& out) {
  auto held = std::exchange(marker_, {});
  before_ = ']';
  auto numbers = read_numbers(std::string_view(held).substr(1));
  if (!numbers) {
    out += std::exchange(spaces_, {}) + held + "]";
    return;
  }
  std::string markers;
  for (int number : *numbers) {
    if (number < 1 || number > passage_count_) {
      ++removed_;
      continue;
    }
    cited_.insert(number);
    markers += "[" + std::to_string(number) + "]";
  }
  // With a marker goes what separates it from its line; the line itself stays one.
  if (markers.empty()) spaces_.resize(spaces_.find_last_of('\n') + 1);
  if (!markers.empty()) out += std::exchange(spaces_, {}) + markers;
}

std::vector<Citation> list_citations(std::string_view text) {
  std::vector<Citation> citations;
  std::string plain;  // the text so far without markers
  bool is_in_code = false;
  char before = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '`' && before != '`') is_in_code = !is_in_code;
    auto length = is_in_code ? 0 : marker_length(text.substr(at));
    if (length == 0) {
      before = text[at];
      plain += text[at++];
      continue;
    }
    before = ']';
    std::size_t digits = at + 1;
    auto number = read_number(text, digits);
    citations.push_back({number.value_or(0), std::string(last_statement(plain))});
    at += length;
  }
  return citations;
}

}  // namespace aiva::chat
