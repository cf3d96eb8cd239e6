#include "capabilities/chat/fences.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

#include "capabilities/chat/rules.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr std::size_t attribute_bytes_max = 200;
constexpr std::size_t tag_bytes_max = 1024;
constexpr std::size_t recited_words = 14;  // so many of ours in a row are no chance

constexpr auto fences =
    std::to_array<std::string_view>({"<passage", "</passage", "<tool_result", "</tool_result",
                                     "<summary", "</summary", "<product", "</product"});

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_alike(std::string_view text, std::string_view fence) {
  return std::ranges::equal(text, fence, [](char a, char b) { return lower(a) == b; });
}

bool is_word_character(char c) {
  c = lower(c);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// Drops the first word of a row of words, each with a space behind it.
void drop_first(std::string& words) { words.erase(0, words.find(' ') + 1); }

// Every row of that many words in our rules.
std::set<std::string, std::less<>> rows_of_rules() {
  std::set<std::string, std::less<>> rows;
  for (auto rules : all_rules) {
    std::string row;
    std::string word;
    std::size_t count = 0;
    for (char c : std::string(rules) + ".") {
      if (is_word_character(c)) {
        word += lower(c);
      } else if (!word.empty()) {
        row += std::exchange(word, {}) + " ";
        if (++count > recited_words) drop_first(row);
        if (count >= recited_words) rows.insert(row);
      }
    }
  }
  return rows;
}

bool is_of_rules(std::string_view row) {
  static const auto rows = rows_of_rules();
  return rows.contains(row);
}

}  // namespace

bool starts_with_fence(std::string_view text) {
  return std::ranges::any_of(fences, [text](std::string_view fence) {
    return text.size() >= fence.size() && is_alike(text.substr(0, fence.size()), fence);
  });
}

std::string defused(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' && starts_with_fence(text.substr(i)))
      safe += "‹";
    else
      safe += text[i];
  }
  return safe;
}

std::string attribute_of(std::string_view text) {
  std::string value;
  for (char c : utf8_prefix(text, attribute_bytes_max)) {
    bool is_unfit = static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '<';
    value += is_unfit ? ' ' : c;
  }
  return value;
}

std::string FrameFilter::push(std::string_view piece) {
  std::string out;
  for (char c : piece)
    if (!has_leaked_) take(c, out);
  return out;
}

std::string FrameFilter::finish() {
  auto rest = std::exchange(tag_, {});
  return has_leaked_ || starts_with_fence(rest) ? std::string() : rest;
}

void FrameFilter::take(char c, std::string& out) {
  if (!tag_.empty()) {
    tag_ += c;
    bool may_be_fence = std::ranges::any_of(fences, [this](std::string_view fence) {
      return tag_.size() < fence.size() && is_alike(tag_, fence.substr(0, tag_.size()));
    });
    if (may_be_fence) return;
    bool is_fence = starts_with_fence(tag_);
    if (is_fence && c != '>' && tag_.size() < tag_bytes_max) return;
    auto tag = std::exchange(tag_, {});
    if (is_fence) return;
    out += tag.front();
    for (char again : std::string_view(tag).substr(1)) take(again, out);
    return;
  }
  if (c == '<') {
    tag_ = c;
    return;
  }
  if (is_word_character(c))
    word_ += lower(c);
  else if (!word_.empty())
    see_word();
  if (!has_leaked_) out += c;
}

void FrameFilter::see_word() {
  words_ += std::exchange(word_, {}) + " ";
  if (word_count_ < recited_words)
    ++word_count_;
  else
    drop_first(words_);
  has_leaked_ = word_count_ == recited_words && is_of_rules(words_);
}

}  // namespace aiva::chat
