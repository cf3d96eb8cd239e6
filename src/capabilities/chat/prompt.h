#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ports/chat_model.h"

namespace aiva::chat {

// A piece of a document that the model may answer from.
struct Passage {
  int number = 0;  // the [n] by which the model cites it
  std::string document_name{};
  int page_first = 1;
  int page_last = 1;
  std::string heading_path{};
  std::string text{};
};

struct PromptParts {
  bool has_knowledge_base = true;          // false: a conversation without documents
  std::span<const Passage> passages{};     // best first
  std::span<const ChatMessage> history{};  // earlier messages, oldest first
  std::string_view question{};
};

struct PromptLimits {
  std::size_t passage_tokens_max = 3000;
  std::size_t history_tokens_max = 2000;
};

struct Prompt {
  std::vector<ChatMessage> messages{};
  std::size_t passages_used = 0;  // the first so many passages fit
};

// Writes what the model is asked: the rules, as much of the newest history as fits, then the
// passages (fenced, as data) and the question. The best passage is cut to fit rather than left out.
Prompt build_prompt(const PromptParts& parts, const PromptLimits& limits);

// About how many tokens a model makes of a text: a quarter of its ASCII characters, one for each
// other character.
std::size_t estimate_tokens(std::string_view text);

}  // namespace aiva::chat
