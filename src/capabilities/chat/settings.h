#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "capabilities/agents/active_agents.h"
#include "capabilities/billing/billing.h"
#include "capabilities/chat/events.h"
#include "capabilities/chat/pictures.h"
#include "capabilities/chat/products.h"
#include "capabilities/functions/agent_tools.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/sections.h"
#include "capabilities/moderation/moderation.h"
#include "capabilities/search/search.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "ports/cache.h"
#include "ports/chat_model.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/job_queue.h"
#include "ports/text_embedder.h"

namespace aiva::chat {

// Whoever is called in that conversation does not want to be called again; their number.
using RefuseCalls = std::function<Task<Result<std::string>>(CallContext, ChatSessionId)>;

// What the work of a provider's model costs before the margin.
using PriceOf = std::function<billing::MicroUsd(std::string_view provider, std::string_view model,
                                                const ChatUsage& usage)>;

struct ChatSettings {
  std::size_t history_messages_max = 10;
  int context_chunks = 6;
  int answer_tokens_max = 1024;  // without an agent
  std::size_t passage_tokens_max = 5000;
  std::size_t section_tokens_max = 2000;  // of a passage with what stands around it
  std::size_t history_tokens_max = 2000;
  std::size_t caller_history_tokens_max = 32'000;  // of a conversation that its caller keeps
  std::size_t result_tokens_max = 4000;  // of one function's result, as the model reads it
  int tool_rounds_max = 5;               // in which the model may call functions
  std::size_t calls_per_round_max = 8;
  std::chrono::milliseconds tool_time_max{60'000};   // of all functions of a turn
  std::chrono::milliseconds rewrite_time_max{3000};  // of a question, by the model
  std::chrono::milliseconds lease_time{10'000};      // of a turn, renewed while it runs
  std::chrono::milliseconds lock_wait_max{15'000};   // for the turn before, of the same session
  std::chrono::milliseconds away_time_max{30'000};   // a resumable turn's clients may be away
  std::string provider = "openai";  // how answers name where the model is, if it does not say
  // As the model counts; without it, estimated.
  std::function<std::size_t(std::string_view)> count_tokens{};
  PriceOf price_of{};  // empty: models cost nothing
};

struct ChatParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  search::Search& search;
  TextEmbedder& embedder;
  ChatModel* model;  // null: extractive answers
  billing::Billing& billing;
  const Clock& clock;
  Metrics& metrics;
  knowledge::Sections* sections = nullptr;     // null: a model sees no more than the chunks found
  agents::ActiveAgents* agents = nullptr;      // null: sessions have no agents
  functions::AgentTools* functions = nullptr;  // null: agents have no functions of their own
  Pause pause{};                               // empty: nothing waits and no lease is renewed
  ChatListener listener{};                     // may be empty
  JobQueue* jobs = nullptr;                    // null: conversations are not kept up
  // The language of a text, ISO 639; empty when it cannot be told. Without it nobody tells.
  std::function<std::string(std::string_view)> detect_language{};
  Cache* shared_cache = nullptr;  // that several processes share; null: this one is alone
  FindImages find_images{};       // empty: answers have no images
  moderation::Moderation* moderation = nullptr;  // null: nobody looks at what is said
  Executor* background = nullptr;  // where resumable turns run; null: wherever they come to
  RefuseCalls refuse_calls{};      // empty: there is no list of numbers nobody calls
  FindProducts find_products{};    // empty: there are no shops
};

}  // namespace aiva::chat
