#include "capabilities/models/internal/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "foundation/log.h"

namespace aiva::models {
namespace {

using std::chrono::steady_clock;
using Outcome = ProviderMetrics::Outcome;

constexpr double bytes_per_token = 4;
constexpr double tokens_per_image = 1000;

// Whether another provider may do better: not when the caller is gone or asked for what is refused.
bool may_go_on(const CallContext& context, const Error& error) {
  if (!context.check()) return false;
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::rate_limited:
    case ErrorCode::too_large:
    case ErrorCode::internal: return true;
    case ErrorCode::invalid:
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::quota_exceeded:
    case ErrorCode::cancelled: return false;
  }
  return false;
}

Error resting(const Lane& lane) {
  auto rest = std::chrono::ceil<std::chrono::seconds>(lane.breaker.rest_left()).count();
  return {.code = ErrorCode::unavailable,
          .message = "The model provider is not asked for a while after failures",
          .retry_after_s = static_cast<int>(std::max<std::int64_t>(rest, 1))};
}

Error without_key(const std::string& provider) {
  return {.code = ErrorCode::unavailable,
          .message = "There is no key for the model provider " + provider};
}

}  // namespace

double estimate_tokens(const ChatRequest& request) {
  std::size_t bytes = request.format.schema.size();
  std::size_t images = 0;
  for (const auto& message : request.messages) {
    bytes += message.content.size();
    images += message.images.size();
    for (const auto& call : message.tool_calls) bytes += call.arguments.size();
  }
  for (const auto& tool : request.tools) bytes += tool.parameters.size() + tool.description.size();
  return static_cast<double>(bytes) / bytes_per_token +
         static_cast<double>(images) * tokens_per_image + request.tokens_max;
}

Router::Router(const ModelsSettings& settings, const Routing& routing, Lanes& lanes,
               TenantKeys& keys, const Clock& clock)
    : settings_(settings), routing_(routing), lanes_(lanes), keys_(keys), clock_(clock) {
  for (const auto& [id, weight] : settings.tenant_weights)
    if (auto tenant = TenantId::parse(id)) weights_[*tenant] = weight;
}

double Router::weight_of(TenantId tenant) const {
  auto found = weights_.find(tenant);
  return found == weights_.end() ? 1 : found->second;
}

double Router::seconds_since(steady_clock::time_point begin) const {
  return std::chrono::duration<double>(clock_.steady() - begin).count();
}

Task<Result<Router::Stream>> Router::open(CallContext context, ChatRequest request) {
  Span span(context, "model.call", SpanKind::client);
  auto asking = ask_in_turn(span.inside(context), std::move(request), span);
  auto stream = co_await std::move(asking);
  span.note(stream);
  co_return stream;
}

// Asks one candidate after the other.
Task<Result<Router::Stream>> Router::ask_in_turn(CallContext context, ChatRequest request,
                                                 Span& span) {
  CO_TRY(auto candidates, routing_.candidates(request.model));
  CO_TRY(auto keys, co_await keys_.of_tenant(context));
  std::optional<Error> failed;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& candidate = candidates[i];
    const auto& provider = settings_.providers[candidate.provider];
    CO_TRY(auto lane, lanes_.find(candidate.provider, context.tenant, *keys));
    if (lane == nullptr) {
      if (!failed) failed = without_key(provider.name);
      continue;
    }
    bool is_last = i + 1 == candidates.size();
    Attempt attempt{.lane = lane,
                    .request = is_last ? std::exchange(request, {}) : request,
                    .is_last = is_last,
                    .span = &span};
    attempt.request.model = candidate.model;
    auto asking = ask(context, std::move(attempt));
    auto stream = co_await std::move(asking);
    if (stream) co_return stream;
    failed = std::move(stream.error());
    if (!may_go_on(context, *failed)) break;
    if (is_last) break;
    lane->metrics.count_fall_back();
  }
  co_return fail(std::move(*failed));
}

// Asks one provider; the answer has begun when this succeeds.
Task<Result<Router::Stream>> Router::ask(CallContext context, Attempt attempt) {
  auto lane = attempt.lane;
  if (!lane->breaker.allow()) {
    lane->metrics.show(lane->breaker.state());
    co_return fail(resting(*lane));
  }
  auto waiting = wait_for_turn(context, lane, estimate_tokens(attempt.request));
  auto pass = co_await std::move(waiting);
  if (!pass) {
    lane->breaker.abandon();
    co_return fail(std::move(pass.error()));
  }
  auto beginning = begin(context, std::move(attempt), std::move(*pass));
  auto stream = co_await std::move(beginning);
  lane->metrics.show(lane->breaker.state());
  co_return stream;
}

Task<Result<Gate::Pass>> Router::wait_for_turn(CallContext context, std::shared_ptr<Lane> lane,
                                               double tokens) {
  auto begin = clock_.steady();
  lane->metrics.add_waiting(1);
  auto entering = lane->gate.enter(context, tokens, weight_of(context.tenant));
  auto pass = co_await std::move(entering);
  lane->metrics.add_waiting(-1);
  lane->metrics.observe_queue(seconds_since(begin));
  co_return pass;
}

Task<Result<Router::Stream>> Router::begin(CallContext context, Attempt attempt, Gate::Pass pass) {
  auto& lane = attempt.lane;
  auto begin = clock_.steady();
  auto hurried = context;
  // With nobody behind it a slow answer is better than none.
  if (!attempt.is_last)
    hurried.deadline =
        std::min(context.deadline, steady_clock::now() + settings_.first_token_timeout);
  auto model = attempt.request.model;
  auto opening = lane->model->open(hurried, std::move(attempt.request));
  auto stream = co_await std::move(opening);
  if (!stream) co_return fail(judge(context, *lane, std::move(stream.error())));
  auto first = co_await (*stream)->next(hurried);
  if (first && !*first) first = fail(ErrorCode::unavailable, "The language model gave no answer");
  if (!first) {
    stream->reset();
    co_return fail(judge(context, *lane, std::move(first.error())));
  }
  lane->breaker.succeed();
  lane->metrics.observe_first_token(seconds_since(begin));
  attempt.span->set("gen_ai.provider.name", lane->provider.name);
  attempt.span->set("gen_ai.request.model", model);
  BegunAnswer begun{.lane = std::move(lane),
                    .pass = std::move(pass),
                    .stream = std::move(*stream),
                    .first = std::move(**first),
                    .clock = clock_,
                    .asked_at = begin,
                    .span = std::move(*attempt.span)};
  co_return make_routed_stream(std::move(begun));
}

// Tells breaker and metrics what a failure says about the provider; answers it as callers hear it.
Error Router::judge(const CallContext& context, Lane& lane, Error error) const {
  bool is_given_up = error.code == ErrorCode::cancelled || !context.check();
  if (is_given_up) {
    lane.breaker.abandon();
    lane.metrics.count(Outcome::given_up);
    return error;
  }
  lane.metrics.count(Outcome::failed);
  log::warn("A model provider failed",
            {{"provider", lane.provider.name}, {"reason", error.message}, {"cause", error.cause}});
  bool is_down = error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout;
  if (is_down)
    lane.breaker.fail();
  else
    lane.breaker.succeed();
  // The caller's time is not up, only what a provider has for its first word.
  if (error.code != ErrorCode::timeout) return error;
  return {.code = ErrorCode::unavailable,
          .message = "The model provider did not begin to answer in time",
          .cause = error.message,
          .retry_after_s = 1};
}

}  // namespace aiva::models
