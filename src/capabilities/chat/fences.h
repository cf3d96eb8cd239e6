#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aiva::chat {

// The elements in which a prompt quotes what others wrote: <passage …>, <tool_result …>, <summary>,
// <product …>. Whether an opening or closing one of them begins at the text's first byte, a "<".
bool starts_with_fence(std::string_view text);

// The text with every fence inside it made harmless, so that nothing quoted closes its quotation.
std::string defused(std::string_view text);

// The value of a fence's attribute: one line without quotes and opening brackets.
std::string attribute_of(std::string_view text);

// Keeps what frames a prompt out of an answer while it streams: fences disappear, and an answer
// that recites our rules ends. What was let through joins to the final text.
class FrameFilter {
 public:
  std::string push(std::string_view piece);
  std::string finish();
  // The rules were being recited; nothing more is let through.
  [[nodiscard]] bool has_leaked() const { return has_leaked_; }

 private:
  void take(char c, std::string& out);
  void see_word();

  std::string tag_;  // held back: "<" and what follows
  std::string word_;
  std::string words_;  // the last words, lower case
  std::size_t word_count_ = 0;
  bool has_leaked_ = false;
};

}  // namespace aiva::chat
