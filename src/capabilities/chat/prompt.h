#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/types.h"
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
  // What the text was made of, the hit before what stands around it; borrowed.
  std::vector<const knowledge::Chunk*> chunks{};
};

// About how many tokens a model makes of a text: a quarter of its ASCII characters, one for each
// other character.
std::size_t estimate_tokens(std::string_view text);

// What the lines around a passage's text take.
inline constexpr std::size_t passage_frame_tokens = 24;

struct PromptParts {
  bool has_knowledge_base = true;          // false: a conversation without documents
  std::span<const Passage> passages{};     // best first
  std::span<const ChatMessage> history{};  // earlier messages, oldest first
  std::string_view question{};
  std::span<const ChatImage> images{};       // that come with the question
  std::span<const ChatMessage> following{};  // calls of functions since the question, and results
  std::string_view instructions{};           // of the agent
  std::string_view caller_instructions{};    // of whoever keeps the conversation
  std::string_view language{};               // where that of the question is not clear
  std::span<const std::string> blocked_topics{};
  std::string_view summary{};  // of what was said before `history`
  bool has_functions = false;
  std::string_view products{};  // of a shop, in their fence
};

struct PromptLimits {
  std::size_t passage_tokens_max = 5000;
  std::size_t history_tokens_max = 2000;
  std::function<std::size_t(std::string_view)> count_tokens = estimate_tokens;
};

struct Prompt {
  std::vector<ChatMessage> messages{};
  std::size_t passages_used = 0;  // the first so many passages fit
};

// Passages in their fences, as data.
struct Fenced {
  std::string text{};
  std::size_t used = 0;  // the first so many fit
};
// The best passage is cut to fit rather than left out.
Fenced fence_passages(std::span<const Passage> passages, const PromptLimits& limits);

// What a function answered, as data for the model.
std::string fence_result(std::string_view function, std::string_view result);

// Writes what the model is asked: the instructions, the rules, as much of the newest history as
// fits, then the passages (fenced, as data) and the question.
Prompt build_prompt(const PromptParts& parts, const PromptLimits& limits);

}  // namespace aiva::chat
