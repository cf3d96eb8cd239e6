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
  // One that went to the chat with the lines that were kept then.
  struct Question {
    std::size_t number;
    std::size_t first_line;
  };

  void add(ChatRole role, std::string text);
  // All of it as a turn takes it that is about to be asked.
  [[nodiscard]] std::vector<chat::SaidBeside> lines() const;
  // A question goes to the chat: what is said from now on comes after it.
  Question count_question();
  // What moderators said of the lines, so that they are not asked again. A question they blocked
  // is no part of the chat, and counts no more.
  void learn(Question question, const chat::Answer& answer);

 private:
  struct Line {
    ChatRole role;
    std::string text;
    std::size_t questions_before;
    std::string moderation{};
  };
  [[nodiscard]] std::size_t questions_since(const Line& line) const;

  std::deque<Line> lines_{};
  std::size_t first_line_ = 0;  // the number of the oldest that is kept
  std::size_t bytes_ = 0;
  std::size_t questions_ = 0;
  std::vector<std::size_t> blocked_{};  // questions, by number
};

}  // namespace aiva::voice
