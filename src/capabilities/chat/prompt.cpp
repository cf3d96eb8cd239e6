#include "capabilities/chat/prompt.h"

#include <algorithm>
#include <utility>

#include "capabilities/chat/fences.h"
#include "capabilities/chat/rules.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

void append_passage(std::string& out, const Passage& passage, std::string_view text) {
  out += "<passage number=\"" + std::to_string(passage.number) + "\" document=\"" +
         attribute_of(passage.document_name) + "\" page=\"" + std::to_string(passage.page_first);
  if (passage.page_last != passage.page_first) out += "-" + std::to_string(passage.page_last);
  out += '"';
  if (!passage.heading_path.empty())
    out += " section=\"" + attribute_of(passage.heading_path) + "\"";
  out += ">\n" + defused(text) + "\n</passage>\n";
}

// Messages of one role in a row become one: some models insist on turns. Not so with calls of
// functions, whose results name them.
void append_message(std::vector<ChatMessage>& messages, ChatMessage message) {
  bool may_join = !messages.empty() && messages.back().role == message.role &&
                  message.role != ChatRole::tool && message.tool_calls.empty() &&
                  messages.back().tool_calls.empty();
  if (!may_join) {
    messages.push_back(std::move(message));
    return;
  }
  auto& last = messages.back();
  last.content += "\n\n" + message.content;
  for (auto& image : message.images) last.images.push_back(std::move(image));
}

void append_history(std::vector<ChatMessage>& messages, std::span<const ChatMessage> history,
                    const PromptLimits& limits) {
  std::size_t first = history.size();
  std::size_t tokens = 0;
  while (first > 0) {
    tokens += limits.count_tokens(history[first - 1].content);
    if (tokens > limits.history_tokens_max) break;
    --first;
  }
  // A result without the call it answers is refused by models.
  while (first < history.size() && history[first].role == ChatRole::tool) ++first;
  for (const auto& message : history.subspan(first)) append_message(messages, message);
}

std::string system_text(const PromptParts& parts) {
  std::string text(parts.instructions);
  auto add = [&text](std::string_view paragraph) {
    if (!text.empty()) text += "\n\n";
    text += paragraph;
  };
  if (!parts.caller_instructions.empty()) add(parts.caller_instructions);
  add(parts.has_knowledge_base ? rules_with_passages : rules_without_documents);
  if (parts.has_functions) add(rules_of_functions);
  if (!parts.products.empty()) add(rules_of_products);
  if (!parts.language.empty())
    add("Where the language of the question is not clear, answer in \"" +
        std::string(parts.language) + "\" (a BCP 47 tag).");
  if (!parts.blocked_topics.empty()) {
    std::string topics;
    for (const auto& topic : parts.blocked_topics) topics += "\n- " + topic;
    add("Say nothing about these topics, and that you cannot talk about them:" + topics);
  }
  return text;
}

}  // namespace

std::size_t estimate_tokens(std::string_view text) {
  std::size_t ascii = 0;
  std::size_t others = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      ++ascii;
    else if (byte >= 0xC0)
      ++others;
  }
  return (ascii + 3) / 4 + others;
}

Fenced fence_passages(std::span<const Passage> passages, const PromptLimits& limits) {
  auto tokens_max = limits.passage_tokens_max;
  Fenced fenced{.text = "<passages>\n"};
  std::size_t tokens = 0;
  for (const auto& passage : passages) {
    auto cost = limits.count_tokens(passage.text) + passage_frame_tokens;
    if (tokens + cost <= tokens_max) {
      append_passage(fenced.text, passage, passage.text);
    } else if (fenced.used == 0) {
      append_passage(fenced.text, passage, utf8_prefix(passage.text, tokens_max * 3));
    } else {
      break;
    }
    tokens += cost;
    ++fenced.used;
  }
  if (fenced.used == 0) fenced.text += "Nothing in the knowledge base fits the question.\n";
  fenced.text += "</passages>";
  return fenced;
}

std::string fence_result(std::string_view function, std::string_view result) {
  return "<tool_result name=\"" + attribute_of(function) + "\">\n" + defused(result) +
         "\n</tool_result>";
}

Prompt build_prompt(const PromptParts& parts, const PromptLimits& limits) {
  Prompt prompt;
  auto& messages = prompt.messages;
  messages.push_back({.role = ChatRole::system, .content = system_text(parts)});
  if (!parts.summary.empty()) {
    auto summary =
        "What was said before, in short:\n<summary>\n" + defused(parts.summary) + "\n</summary>";
    messages.push_back({.role = ChatRole::user, .content = std::move(summary)});
  }
  append_history(messages, parts.history, limits);
  ChatMessage last{.role = ChatRole::user,
                   .content = std::string(parts.question),
                   .images = {parts.images.begin(), parts.images.end()}};
  if (parts.has_knowledge_base) {
    auto fenced = fence_passages(parts.passages, limits);
    prompt.passages_used = fenced.used;
    last.content = std::move(fenced.text);
    if (!parts.products.empty()) last.content += "\n" + std::string(parts.products);
    last.content += "\n\nQuestion: " + defused(parts.question);
  }
  append_message(messages, std::move(last));
  for (const auto& message : parts.following) append_message(messages, message);
  return prompt;
}

}  // namespace aiva::chat
