#include "capabilities/chat/call_tools.h"

#include <utility>

#include "capabilities/chat/internal/built_in_tools.h"
#include "capabilities/chat/internal/findings.h"
#include "capabilities/chat/internal/manner.h"
#include "capabilities/chat/internal/tool_box.h"
#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/personal_data.h"
#include "capabilities/chat/prompt.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr std::size_t bytes_per_token = 4;

// A call's manner: questions back are asked by simply asking, and nobody searches before an answer.
Manner spoken_manner(const agents::ActiveAgent& agent, const ChatSettings& settings) {
  auto manner = manner_of(agent, settings);
  if (manner.search != SearchMode::never) manner.search = SearchMode::automatic;
  manner.tools.erase(std::string(tool_names::ask_clarification));
  if (manner.tools.erase(std::string(tool_names::transfer_to_agent)) > 0)
    manner.tools.emplace(tool_names::transfer_call);
  return manner;
}

// What a call's tools work with, for one use of them.
struct Spoken {
  Spoken(const ChatParts& parts, const ChatSettings& settings, agents::ActiveAgentPointer agent,
         ChatSessionId session)
      : findings(parts, settings), box({parts, settings, input, findings}, mask) {
    input.session = session;
    input.manner = spoken_manner(*agent, settings);
    input.agent = std::move(agent);
  }

  TurnInput input{};
  Findings findings;
  PersonalMask mask{};
  ToolBox box;
};

class SpokenTools final : public CallTools {
 public:
  SpokenTools(ChatParts parts, ChatSettings settings)
      : parts_(std::move(parts)), settings_(std::move(settings)) {
    if (!settings_.count_tokens) settings_.count_tokens = estimate_tokens;
  }

  Task<Result<std::vector<ToolDefinition>>> offered(CallContext context,
                                                    agents::ActiveAgentPointer agent) override {
    Spoken spoken(parts_, settings_, std::move(agent), {});
    CO_TRY_VOID(co_await spoken.box.open(context));
    co_return spoken.box.definitions();
  }

  Task<Result<ToolAnswer>> call(CallContext context, ToolRequest request) override {
    Spoken spoken(parts_, settings_, std::move(request.agent), request.session);
    CO_TRY_VOID(co_await spoken.box.open(context));
    auto calling = spoken.box.run(context, std::move(request.calls));
    auto round = co_await std::move(calling);
    auto charging = charge(context, spoken);
    co_await std::move(charging);
    if (!round) co_return fail(std::move(round.error()));
    for (auto& outcome : round->outcomes) outcome.result = text_for_model(outcome);
    co_return ToolAnswer{.outcomes = std::move(round->outcomes),
                         .decision = std::move(round->decision),
                         .message = std::move(round->message)};
  }

 private:
  [[nodiscard]] std::string text_for_model(const functions::ToolOutcome& outcome) const {
    bool is_search = outcome.name == tool_names::search_knowledge && !outcome.is_error;
    if (is_search || is_turning_tool(outcome.name)) return outcome.result;
    std::string text;
    if (outcome.is_pending) text = "It goes on in the background. ";
    if (outcome.is_error) text = "Error: ";
    text += outcome.result;
    return fence_result(outcome.name,
                        utf8_prefix(text, settings_.result_tokens_max * bytes_per_token));
  }

  // The work is done: what cannot be charged is logged and answered all the same.
  Task<void> charge(CallContext context, const Spoken& spoken) {
    auto cost = spoken.findings.cost();
    if (cost == 0) co_return;
    context.cancellation = {};
    context.deadline = std::chrono::steady_clock::time_point::max();
    billing::Charge charge{.operation = "search",
                           .reference = spoken.input.answer.to_string(),
                           .base = cost,
                           .agent = spoken.input.agent->id,
                           .key = context.api_key};
    auto writing = write(parts_.database, context, [&](SqlSession& sql) {
      return parts_.billing.charge(sql, context.tenant, charge);
    });
    auto charged = co_await std::move(writing);
    if (!charged) log::failure("A search could not be charged", context, charged.error());
  }

  ChatParts parts_;
  ChatSettings settings_;
};

}  // namespace

std::unique_ptr<CallTools> make_call_tools(ChatParts parts, ChatSettings settings) {
  return std::make_unique<SpokenTools>(std::move(parts), std::move(settings));
}

}  // namespace aiva::chat
