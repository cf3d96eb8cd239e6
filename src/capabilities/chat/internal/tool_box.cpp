#include "capabilities/chat/internal/tool_box.h"

#include <algorithm>
#include <utility>

#include "capabilities/chat/internal/built_in_tools.h"
#include "capabilities/chat/prompt.h"
#include "foundation/both.h"

namespace aiva::chat {
namespace {

using functions::ToolOutcome;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

ToolOutcome refused(const ToolCall& call, std::string reason) {
  return {.name = call.name,
          .arguments = call.arguments,
          .result = std::move(reason),
          .is_error = true};
}

bool is_over(const CallContext& context) { return !context.check().has_value(); }

}  // namespace

void ToolBox::offer(ToolDefinition definition, std::set<std::string>& names) {
  bool is_there = std::ranges::any_of(
      definitions_, [&](const ToolDefinition& other) { return other.name == definition.name; });
  if (is_there) return;
  names.insert(definition.name);
  definitions_.push_back(std::move(definition));
}

Task<Result<void>> ToolBox::open(CallContext context) {
  const auto& input = turn_.input;
  const auto& manner = input.manner;
  // Of two with one name the first is called: what the caller brings is the caller's.
  for (const auto& definition : input.caller_tools) offer(definition, callers_);
  bool may_call = manner.tool_rounds > 0 && input.agent != nullptr;
  if (may_call && manner.search == SearchMode::automatic && !manner.bases.empty())
    offer(built_in_definition(tool_names::search_knowledge), built_ins_);
  if (may_call)
    for (const auto& name : manner.tools) offer(built_in_definition(name), built_ins_);
  if (may_call && turn_.parts.functions != nullptr) {
    CO_TRY(auto configured, co_await turn_.parts.functions->tools_of(context, input.agent->id));
    for (auto& definition : configured) offer(std::move(definition), functions_);
  }
  co_return Result<void>();
}

Task<Result<ToolOutcome>> ToolBox::call_function(CallContext context, ToolCall call) {
  auto spent = refused(call, "The functions of this answer have used up their time");
  auto left = turn_.settings.tool_time_max - time_used_;
  if (left <= milliseconds(0)) co_return spent;
  auto whole = context;
  context.deadline = std::min(context.deadline, steady_clock::now() + left);
  call.arguments = mask_.unmask(call.arguments);
  functions::ToolUse use{.agent = turn_.input.agent->id,
                         .session = turn_.input.session,
                         .message = turn_.input.answer,
                         .call = std::move(call)};
  auto calling = turn_.parts.functions->call(context, std::move(use));
  auto outcome = co_await std::move(calling);
  if (outcome) co_return outcome;
  if (is_over(whole)) co_return fail(std::move(outcome.error()));
  if (outcome.error().code == ErrorCode::timeout) co_return spent;
  spent.result = outcome.error().message;
  co_return spent;
}

Task<Result<ToolOutcome>> ToolBox::search(CallContext context, const ToolCall& call) {
  auto query = read_search_arguments(mask_.unmask(call.arguments));
  if (!query) co_return refused(call, query.error().message);
  auto begin = steady_clock::now();
  auto& findings = turn_.findings;
  auto searching = findings.search(context, turn_.input.manner.bases, *query, turn_.input.session,
                                   turn_.settings.context_chunks);
  auto searched = co_await std::move(searching);
  if (!searched && is_over(context)) co_return fail(std::move(searched.error()));
  if (!searched) co_return refused(call, searched.error().message);
  auto fenced =
      fence_passages(findings.fresh(), {.passage_tokens_max = turn_.settings.result_tokens_max,
                                        .count_tokens = turn_.settings.count_tokens});
  findings.keep_fresh(fenced.used);
  std::chrono::duration<double, std::milli> time = steady_clock::now() - begin;
  co_return ToolOutcome{.name = call.name,
                        .arguments = call.arguments,
                        .result = std::move(fenced.text),
                        .time_ms = time.count()};
}

Task<Result<ToolOutcome>> ToolBox::refuse_calls(CallContext context, const ToolCall& call) {
  if (!turn_.parts.refuse_calls) co_return refused(call, "There is no such list");
  auto refusing = turn_.parts.refuse_calls(context, turn_.input.session);
  auto done = co_await std::move(refusing);
  if (!done && is_over(context)) co_return fail(std::move(done.error()));
  if (!done) co_return refused(call, done.error().message);
  co_return ToolOutcome{
      .name = call.name, .arguments = call.arguments, .result = R"({"is_on_the_list":true})"};
}

ToolOutcome ToolBox::turn_conversation(const ToolCall& call, RoundOutcome& round) const {
  auto turning = read_turning_arguments(call.name, mask_.unmask(call.arguments));
  if (!turning) return refused(call, turning.error().message);
  if (round.ends_turn) return refused(call, "The conversation was turned by another call");
  round.ends_turn = true;
  round.message = turning->message;
  note_turning(call.name, *turning, round.decision);
  return {.name = call.name, .arguments = call.arguments, .result = "{}"};
}

Task<Result<RoundOutcome>> ToolBox::run(CallContext context, std::vector<ToolCall> calls) {
  RoundOutcome round;
  for (const auto& call : calls)
    if (callers_.contains(call.name)) round.caller_calls.push_back(call);
  if (!round.caller_calls.empty()) co_return round;

  round.outcomes.resize(calls.size());
  std::vector<std::size_t> places;
  std::vector<Task<Result<ToolOutcome>>> running;
  auto begin = steady_clock::now();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto& call = calls[i];
    if (i >= turn_.settings.calls_per_round_max)
      round.outcomes[i] = refused(call, "Too many calls at once");
    else if (functions_.contains(call.name)) {
      places.push_back(i);
      running.push_back(call_function(context, call));
    } else if (!built_ins_.contains(call.name))
      round.outcomes[i] = refused(call, "There is no such function");
  }
  auto results = co_await all(std::move(running));
  time_used_ += duration_cast<milliseconds>(steady_clock::now() - begin);
  for (std::size_t i = 0; i < results.size(); ++i) {
    CO_TRY(round.outcomes[places[i]], std::move(results[i]));
  }
  // What changes the turn itself goes one by one.
  for (std::size_t i = 0; i < std::min(calls.size(), turn_.settings.calls_per_round_max); ++i) {
    const auto& call = calls[i];
    if (!built_ins_.contains(call.name)) continue;
    if (is_turning_tool(call.name))
      round.outcomes[i] = turn_conversation(call, round);
    else if (call.name == tool_names::add_to_do_not_call) {
      CO_TRY(round.outcomes[i], co_await refuse_calls(context, call));
    } else {
      CO_TRY(round.outcomes[i], co_await search(context, call));
    }
  }
  co_return round;
}

}  // namespace aiva::chat
