#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "capabilities/chat/types.h"

namespace aiva::voice {

// What was said in a call beside its chat: by a flow, to it, or by a person who had taken the call
// over. The newest 60 lines of at most 16,000 bytes are kept, for the chat turns that follow.
class BesideChat {
 public:
  void add(ChatRole role, std::string text);
  // A question goes to the chat: what is said from now on comes after it.
  void count_question() { ++questions_; }
  // All of it as a turn takes it that is about to be asked.
  [[nodiscard]] std::vector<chat::SaidBeside> lines() const;

 private:
  struct Line {
    ChatRole role;
    std::string text;
    std::size_t questions_before;
  };

  std::deque<Line> lines_{};
  std::size_t bytes_ = 0;
  std::size_t questions_ = 0;
};

}  // namespace aiva::voice
