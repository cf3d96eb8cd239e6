#include "faces/http/endpoints/openai_answering.h"

#include <algorithm>
#include <chrono>

namespace aiva::http {
namespace {

constexpr std::chrono::minutes answer_time_max{5};
constexpr std::uint64_t body_bytes_max = 32ULL * 1024 * 1024;

}  // namespace

RouteOptions openai_call_options() {
  return {.body_bytes_max = body_bytes_max, .is_streaming = true};
}

Task<Result<chat::CompletionAnswer>> complete_openai(chat::Completions& completions,
                                                     CallContext context, OpenAiCall call) {
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + answer_time_max);
  CO_TRY(auto answer, co_await completions.complete(context, std::move(call.request)));
  if (call.has_one_call && answer.tool_calls.size() > 1) answer.tool_calls.resize(1);
  co_return answer;
}

}  // namespace aiva::http
