#include "capabilities/chat/internal/completions.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "capabilities/chat/internal/turn_costs.h"
#include "capabilities/chat/internal/turn_rules.h"
#include "foundation/log.h"

namespace aiva::chat {

Task<Result<CompletionAnswer>> EngineCompletions::complete(CallContext context,
                                                           CompletionRequest request) {
  CO_TRY_VOID(validate_completion(request));
  CO_TRY_VOID(co_await parts_.billing.require(context, context.tenant, search::search_balance_min));
  auto agent = request.trial;
  bool is_trial = agent != nullptr;
  if (!is_trial) {
    auto finding = engine_.find_agent(context, request.agent);
    CO_TRY(agent, co_await std::move(finding));
  }
  auto listener = std::move(request.listener);
  auto input = input_of(std::move(agent), std::move(request));
  input.wants_images = is_trial;  // others have no place for them
  input.wants_products = is_trial;
  auto tenant = context.tenant;
  auto hold = hold_of(parts_, settings_, input, context.api_key);
  auto reference = hold.reference;
  auto reserve = [&](SqlSession& sql) { return parts_.billing.reserve(sql, tenant, hold); };
  CO_TRY_VOID(co_await write(parts_.database, context, reserve));
  auto run = co_await engine_.run(context, std::move(input), std::move(listener));
  // What was answered is charged even when the caller is gone by now.
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  if (!run) {
    auto release = [&](SqlSession& sql) { return parts_.billing.release(sql, tenant, reference); };
    auto released = co_await write(parts_.database, context, release);
    if (!released) log::failure("Held credits stay held for a while", context, released.error());
    co_return fail(std::move(run.error()));
  }
  auto outcome = *std::move(run);
  CompletionAnswer completion{.answer = std::move(outcome.answer),
                              .tool_calls = std::move(outcome.caller_calls)};
  completion.finish_reason =
      completion.tool_calls.empty() ? completion.answer.finish_reason : "tool_calls";
  auto row = [this, tenant, key = context.api_key, &completion](SqlSession& sql) {
    return settle_answer(sql, parts_.billing, tenant, key, completion.answer);
  };
  CO_TRY(completion.answer.final_cost, co_await write(parts_.database, context, row));
  co_return completion;
}

// The last user's message is the question; what follows it are calls and results.
TurnInput EngineCompletions::input_of(agents::ActiveAgentPointer agent,
                                      CompletionRequest request) const {
  TurnInput input{.manner = engine_.manner_of_agent(agent),
                  .history_tokens_max = settings_.caller_history_tokens_max,
                  .caller_tools = std::move(request.tools),
                  .tool_choice = std::move(request.tool_choice),
                  .format = std::move(request.format),
                  .top_p = request.top_p,
                  .stop = std::move(request.stop)};
  input.agent = std::move(agent);
  if (request.temperature) input.manner.temperature = *request.temperature;
  if (request.tokens_max) input.manner.tokens_max = *request.tokens_max;
  std::vector<ChatMessage> messages;
  for (auto& message : request.messages) {
    if (message.role != ChatRole::system) {
      messages.push_back(std::move(message));
      continue;
    }
    if (!input.caller_instructions.empty()) input.caller_instructions += "\n\n";
    input.caller_instructions += message.content;
  }
  auto is_users = [](const ChatMessage& message) { return message.role == ChatRole::user; };
  auto behind = std::find_if(messages.rbegin(), messages.rend(), is_users).base();
  auto question = std::prev(behind);
  input.question = std::move(question->content);
  input.images = std::move(question->images);
  input.history.assign(std::make_move_iterator(messages.begin()),
                       std::make_move_iterator(question));
  for (const auto& message : input.history)
    if (is_users(message)) input.unchecked.push_back(message.content);
  input.following.assign(std::make_move_iterator(behind), std::make_move_iterator(messages.end()));
  return input;
}

}  // namespace aiva::chat
