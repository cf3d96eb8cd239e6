#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/search/terms.h"

namespace aiva::chat {

// What an answer to a question is built like: "when" and "how many" want a figure, "what is X"
// wants a sentence that says what X is. English only; other questions want nothing in particular.
class AnswerForm {
 public:
  explicit AnswerForm(std::string_view question);

  // How much the sentence is built like an answer: 0…1.
  [[nodiscard]] double likeness(const std::vector<search::Term>& sentence) const;
  // Whether it asks how something is done, which seldom fits one short sentence.
  [[nodiscard]] bool wants_manner() const { return wants_manner_; }

 private:
  bool wants_figure_ = false;
  bool wants_manner_ = false;
  std::vector<std::string> subject_;  // of a "what is": the words to be explained
};

}  // namespace aiva::chat
