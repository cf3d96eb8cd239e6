#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/functions/agent_tools.h"

namespace aiva::chat {

// One agent, whose settings a test may change.
class FixedAgents final : public agents::ActiveAgents {
 public:
  explicit FixedAgents(TenantId tenant) {
    agent.id = AgentId::make();
    agent.tenant = tenant;
    agent.name = "Guide";
    agent.slug = "guide";
    agent.version = 3;
    agent.settings.model = "script-1";
    agent.settings.instructions = "You are the guide of a shop.";
  }

  Task<Result<agents::ActiveAgentPointer>> find(CallContext context,
                                                std::string id_or_slug) override {
    bool is_it = id_or_slug == agent.slug || id_or_slug == agent.id.to_string();
    if (!is_it || context.tenant != agent.tenant)
      co_return fail(ErrorCode::not_found, "There is no such agent");
    if (!is_active) co_return fail(ErrorCode::conflict, "The agent is switched off");
    co_return std::make_shared<const agents::ActiveAgent>(agent);
  }
  Task<Result<agents::ActiveAgentPointer>> draft(CallContext context, AgentId id) override {
    if (id != agent.id || context.tenant != agent.tenant)
      co_return fail(ErrorCode::not_found, "There is no such agent");
    auto draft = agent;
    ++draft.version;
    draft.settings.instructions = draft_instructions;
    co_return std::make_shared<const agents::ActiveAgent>(std::move(draft));
  }
  Task<Result<agents::ActiveAgentPointer>> find_public(CallContext,
                                                       std::string id_or_slug) override {
    bool is_it = id_or_slug == agent.slug || id_or_slug == agent.id.to_string();
    if (!is_it || !agent.has_chat_page)
      co_return fail(ErrorCode::not_found, "There is no such agent");
    co_return std::make_shared<const agents::ActiveAgent>(agent);
  }

  agents::ActiveAgent agent{};
  bool is_active = true;
  std::string draft_instructions = "You are the guide to be.";
};

// Functions that answer what a test says.
class FixedTools final : public functions::AgentTools {
 public:
  using Answer = std::function<Result<functions::ToolOutcome>(const functions::ToolUse&)>;

  Task<Result<std::vector<ToolDefinition>>> tools_of(CallContext, AgentId) override {
    co_return definitions;
  }
  Task<Result<functions::ToolOutcome>> call(CallContext, functions::ToolUse use) override {
    std::lock_guard lock(mutex_);
    uses.push_back(use);
    co_return answer(use);
  }

  std::vector<ToolDefinition> definitions;
  Answer answer = [](const functions::ToolUse& use) -> Result<functions::ToolOutcome> {
    return functions::ToolOutcome{
        .name = use.call.name, .arguments = use.call.arguments, .result = "{\"ok\":true}"};
  };
  std::vector<functions::ToolUse> uses;

 private:
  std::mutex mutex_;
};

}  // namespace aiva::chat
