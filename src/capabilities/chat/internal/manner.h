#pragma once

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/types.h"
#include "capabilities/chat/settings.h"

namespace aiva::chat {

enum class SearchMode {
  always,     // before each answer
  automatic,  // before each answer, and again when the model asks for it
  never,
};

// How a turn is answered: as the agent's published settings say, or the server's without an agent.
struct Manner {
  std::string model{};  // empty: the server's default
  std::string instructions{};
  std::string language{};
  double temperature = 0.2;
  int tokens_max = 1024;
  SearchMode search = SearchMode::always;
  std::vector<KnowledgeBaseId> bases{};
  std::vector<std::string> blocked_topics{};
  bool must_cite = false;
  bool masks_personal = false;
  agents::ModerationSettings moderation{};
  // Of the agent's conversation strategy:
  std::size_t history_messages = 10;
  bool rewrites_by_model = false;               // a follow-up becomes a question of its own
  std::chrono::milliseconds buffer{0};          // how long rapid messages are collected
  std::chrono::milliseconds visitor_buffer{0};  // those of visitors of the public page
  int tool_rounds = 5;
  bool analyses = false;          // the model tells sentiment and intent of messages afterwards
  std::set<std::string> tools{};  // the built-in ones that may end or turn a conversation
};

// Reads the strategy
// {"history_messages","query_rewriting":"rule"|"model","buffer_ms","visitor_buffer_ms",
// "tool_rounds","tools":[…],"may_refuse_calls"};
// what is missing or malformed is the default.
Manner manner_of(const agents::ActiveAgent& agent, const ChatSettings& settings);
// Adds what a session's metadata says of a call.
void add_call(std::string_view metadata, Manner& manner);
Manner manner_without_agent(const ChatSettings& settings);

}  // namespace aiva::chat
