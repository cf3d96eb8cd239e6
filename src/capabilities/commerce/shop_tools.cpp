#include "capabilities/commerce/shop_tools.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/commerce/internal/shop_definitions.h"
#include "capabilities/commerce/internal/shop_desk.h"
#include "foundation/log.h"
#include "foundation/span.h"

namespace aiva::commerce {
namespace {

using functions::ToolOutcome;
using functions::ToolUse;

class ShopTools final : public functions::AgentTools {
 public:
  explicit ShopTools(const ShopToolParts& parts)
      : parts_(parts),
        desk_(parts_),
        calls_(parts.metrics.counter("aiva_shop_tool_calls_total",
                                     "Calls of a shop's functions by agents")),
        failures_(parts.metrics.counter("aiva_shop_tool_failures_total",
                                        "Calls of a shop's functions that failed")) {}

  Task<Result<std::vector<ToolDefinition>>> tools_of(CallContext context, AgentId agent) override {
    auto asking = parts_.others.tools_of(context, agent);
    CO_TRY(auto tools, co_await std::move(asking));
    auto looking = shops_of(context, agent);
    auto bases = co_await std::move(looking);
    if (bases.empty()) co_return tools;
    auto asking_orders = desk_.has_orders(context, std::move(bases));
    bool has_orders = co_await std::move(asking_orders);
    for (auto& definition : shop_definitions(has_orders))
      if (!has_tool(tools, definition.name)) tools.push_back(std::move(definition));
    co_return tools;
  }

  Task<Result<ToolOutcome>> call(CallContext context, ToolUse use) override {
    if (!is_shop_tool(use.call.name)) {
      auto calling = parts_.others.call(context, std::move(use));
      auto outcome = co_await std::move(calling);
      co_return outcome;
    }
    // The owner's own function of that name comes before the shop's.
    auto asking = parts_.others.tools_of(context, use.agent);
    CO_TRY(auto others, co_await std::move(asking));
    auto looking = shops_of(context, use.agent);
    auto bases = co_await std::move(looking);
    if (has_tool(others, use.call.name) || bases.empty()) {
      auto calling = parts_.others.call(context, std::move(use));
      auto outcome = co_await std::move(calling);
      co_return outcome;
    }
    auto calling = call_shop(context, std::move(bases), std::move(use));
    auto outcome = co_await std::move(calling);
    co_return outcome;
  }

 private:
  static bool has_tool(const std::vector<ToolDefinition>& tools, const std::string& name) {
    return std::ranges::find(tools, name, &ToolDefinition::name) != tools.end();
  }

  // The agent's knowledge bases that have products; none where that cannot be told. Two looks that
  // cost little, the agent's being kept in process: nothing here has to be forgotten.
  Task<std::vector<KnowledgeBaseId>> shops_of(CallContext context, AgentId id) {
    auto finding = parts_.agents.find(context, id.to_string());
    auto agent = co_await std::move(finding);
    if (!agent) {
      auto drafting = parts_.agents.draft(context, id);
      agent = co_await std::move(drafting);
    }
    if (!agent || (*agent)->settings.knowledge_bases.empty())
      co_return std::vector<KnowledgeBaseId>();
    auto looking = parts_.search.with_products(context, (*agent)->settings.knowledge_bases);
    auto bases = co_await std::move(looking);
    if (bases) co_return *std::move(bases);
    log::failure("An agent does without the functions of its shop", context, bases.error());
    co_return std::vector<KnowledgeBaseId>();
  }

  Task<Result<ToolOutcome>> call_shop(CallContext context, std::vector<KnowledgeBaseId> bases,
                                      ToolUse use) {
    auto begin = parts_.clock.steady();
    calls_.add();
    ToolOutcome outcome{.name = use.call.name, .arguments = use.call.arguments};
    Span span(context, "tool.call");
    span.set("gen_ai.tool.name", use.call.name);
    auto running = run(span.inside(context), std::move(bases), use);
    auto result = co_await std::move(running);
    span.note(result);
    span.end();
    std::chrono::duration<double, std::milli> time = parts_.clock.steady() - begin;
    outcome.time_ms = time.count();
    if (result) {
      outcome.result = std::move(result->text);
      outcome.products = std::move(result->cards);
      co_return outcome;
    }
    CO_TRY_VOID(context.check());
    failures_.add();
    outcome.result = std::move(result.error().message);
    for (const auto& detail : result.error().details)
      outcome.result += "; " + detail.field + ": " + detail.message;
    outcome.is_error = true;
    co_return outcome;
  }

  Task<Result<ShopResult>> run(CallContext context, std::vector<KnowledgeBaseId> bases,
                               const ToolUse& use) {
    const auto& name = use.call.name;
    auto arguments = use.call.arguments;
    if (name == shop_tool::search_products)
      return desk_.search(std::move(context), std::move(bases), std::move(arguments));
    if (name == shop_tool::check_stock)
      return desk_.check_stock(std::move(context), std::move(bases), std::move(arguments));
    if (name == shop_tool::cart_link)
      return desk_.cart_link(std::move(context), std::move(bases), std::move(arguments));
    auto asker = use.session.is_nil() ? use.agent.to_string() : use.session.to_string();
    return desk_.order_status(std::move(context), std::move(bases), std::move(arguments),
                              std::move(asker));
  }

  ShopToolParts parts_;
  ShopDesk desk_;  // borrows the parts
  Counter& calls_;
  Counter& failures_;
};

}  // namespace

std::unique_ptr<functions::AgentTools> make_shop_tools(ShopToolParts parts) {
  return std::make_unique<ShopTools>(parts);
}

}  // namespace aiva::commerce
