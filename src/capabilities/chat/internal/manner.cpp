#include "capabilities/chat/internal/manner.h"

#include <algorithm>
#include <utility>

#include "capabilities/chat/call_facts.h"
#include "capabilities/chat/internal/built_in_tools.h"
#include "foundation/json.h"

namespace aiva::chat {
namespace {

constexpr std::int64_t history_messages_most = 50;
constexpr std::int64_t buffer_ms_most = 10'000;

std::int64_t number_of(const json::Object& object, std::string_view name, std::int64_t fallback,
                       std::int64_t most) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return fallback;
  return std::clamp<std::int64_t>(value->get_int64(), 0, most);
}

void read_tools(const json::Object& strategy, Manner& manner) {
  const auto* list = strategy.if_contains("tools");
  if (list == nullptr || !list->is_array()) return;
  manner.tools.clear();
  for (const auto& entry : list->get_array()) {
    if (!entry.is_string()) continue;
    std::string name(entry.get_string());
    if (is_turning_tool(name)) manner.tools.insert(std::move(name));
  }
}

void read_strategy(std::string_view text, const ChatSettings& settings, Manner& manner) {
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return;
  const auto& strategy = parsed->get_object();
  auto history = static_cast<std::int64_t>(settings.history_messages_max);
  manner.history_messages = static_cast<std::size_t>(
      number_of(strategy, "history_messages", history, history_messages_most));
  manner.buffer = std::chrono::milliseconds(number_of(strategy, "buffer_ms", 0, buffer_ms_most));
  manner.visitor_buffer =
      std::chrono::milliseconds(number_of(strategy, "visitor_buffer_ms", 0, buffer_ms_most));
  manner.tool_rounds = static_cast<int>(
      number_of(strategy, "tool_rounds", settings.tool_rounds_max, settings.tool_rounds_max));
  const auto* rewriting = strategy.if_contains("query_rewriting");
  manner.rewrites_by_model = rewriting != nullptr && *rewriting == "model";
  const auto* analysis = strategy.if_contains("analysis");
  manner.analyses = analysis != nullptr && *analysis == true;
  read_tools(strategy, manner);
  const auto* may_refuse = strategy.if_contains("may_refuse_calls");
  if (may_refuse != nullptr && *may_refuse == true)
    manner.tools.emplace(tool_names::add_to_do_not_call);
}

}  // namespace

Manner manner_of(const agents::ActiveAgent& agent, const ChatSettings& settings) {
  const auto& said = agent.settings;
  // A provider alone stands for its default model.
  auto model = said.provider.empty() ? said.model : said.provider + "/" + said.model;
  Manner manner{.model = std::move(model),
                .instructions = said.instructions,
                .language = said.language,
                .temperature = said.temperature,
                .tokens_max = said.tokens_max,
                .search = SearchMode::automatic,
                .bases = said.knowledge_bases,
                .blocked_topics = said.blocked_topics,
                .must_cite = said.must_cite,
                .masks_personal = said.masks_personal,
                .moderation = said.moderation,
                .history_messages = settings.history_messages_max,
                .tool_rounds = settings.tool_rounds_max,
                .tools = {std::string(tool_names::transfer_to_agent),
                          std::string(tool_names::end_conversation),
                          std::string(tool_names::ask_clarification)}};
  if (said.search_mode == "always") manner.search = SearchMode::always;
  if (said.search_mode == "never") manner.search = SearchMode::never;
  read_strategy(said.conversation, settings, manner);
  return manner;
}

void add_call(std::string_view metadata, Manner& manner) {
  auto call = call_facts_of(metadata);
  if (call.may_refuse_calls) manner.tools.emplace(tool_names::add_to_do_not_call);
  auto told = instructions_of(call);
  if (told.empty()) return;
  if (!manner.instructions.empty()) manner.instructions += "\n\n";
  manner.instructions += told;
}

Manner manner_without_agent(const ChatSettings& settings) {
  return {.tokens_max = settings.answer_tokens_max,
          .history_messages = settings.history_messages_max,
          .tool_rounds = 0};
}

}  // namespace aiva::chat
