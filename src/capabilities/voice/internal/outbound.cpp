#include "capabilities/voice/internal/outbound.h"

#include <memory>
#include <utility>

#include "capabilities/chat/call_facts.h"
#include "foundation/json.h"

namespace aiva::voice {
namespace {

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

std::optional<MachineRule> machine_rule(const json::Object& object) {
  MachineRule rule{.action = text_of(object, "on_machine"),
                   .message = text_of(object, "machine_message")};
  bool is_known = rule.action == "hang_up" || rule.action == "continue" ||
                  (rule.action == "leave_message" && !rule.message.empty());
  return is_known ? std::optional(std::move(rule)) : std::nullopt;
}

chat::CallFacts facts_for_chat(const OutboundFacts& facts) {
  return {.facts = facts.variables, .may_refuse_calls = facts.is_of_campaign};
}

}  // namespace

OutboundFacts outbound_facts(const Call& call, const agents::AgentSettings& agent) {
  OutboundFacts facts;
  if (call.direction != "outbound") return facts;
  auto metadata = json::parse(call.metadata);
  if (const auto* object = metadata ? metadata->if_object() : nullptr; object != nullptr) {
    facts.is_of_campaign = object->contains("campaign_id");
    facts.machine = machine_rule(*object);
    const auto* variables = object->if_contains("variables");
    if (variables != nullptr && variables->is_object())
      for (const auto& [name, value] : variables->get_object())
        if (value.is_string()) facts.variables[name] = std::string(value.get_string());
  }
  if (!facts.machine) {
    auto strategy = json::parse(agent.conversation);
    if (strategy && strategy->is_object()) facts.machine = machine_rule(strategy->get_object());
  }
  if (facts.machine) facts.machine->message = expand(facts.machine->message, facts.variables);
  return facts;
}

std::string expand(std::string_view text, const std::map<std::string, std::string>& variables) {
  std::string out;
  while (!text.empty()) {
    auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    auto close = text.find('}');
    if (close == std::string_view::npos) return out.append(text);
    auto found = variables.find(std::string(text.substr(1, close - 1)));
    if (found != variables.end()) out += found->second;
    text.remove_prefix(close + 1);
  }
  return out;
}

agents::ActiveAgentPointer agent_in_call(agents::ActiveAgentPointer agent,
                                         const OutboundFacts& facts) {
  if (facts.variables.empty() && !facts.is_of_campaign) return agent;
  auto own = std::make_shared<agents::ActiveAgent>(*agent);
  auto& settings = own->settings;
  settings.greeting = expand(settings.greeting, facts.variables);
  auto told = chat::instructions_of(facts_for_chat(facts));
  if (!told.empty()) settings.instructions += (settings.instructions.empty() ? "" : "\n\n") + told;
  if (!facts.is_of_campaign) return own;
  auto strategy = json::parse(settings.conversation);
  if (!strategy || !strategy->is_object()) strategy = json::Value(json::Object());
  strategy->get_object()["may_refuse_calls"] = true;
  settings.conversation = json::to_text(*strategy);
  return own;
}

chat::NewSession session_of(const Call& call, const agents::ActiveAgent& agent,
                            const OutboundFacts& facts) {
  chat::NewSession session{.agent = call.agent, .user_name = call.caller_name};
  if (facts.variables.empty() && !facts.is_of_campaign) return session;
  session.metadata = chat::to_metadata(facts_for_chat(facts));
  session.greeting = agent.settings.greeting;
  return session;
}

}  // namespace aiva::voice
