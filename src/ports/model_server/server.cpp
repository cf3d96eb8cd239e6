#include "ports/model_server/server.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/log.h"
#include "foundation/pause.h"

namespace aiva::model_server {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t error_body_bytes_max = 64 * 1024;

bool is_success(int status) { return status >= 200 && status < 300; }

double random_fraction() {
  std::array<std::uint8_t, 2> bytes{};
  random_bytes(bytes);
  return (bytes[0] * 256 + bytes[1]) / 65536.0;
}

// The body of a refusal, as far as it is worth reading.
Task<HttpResponse> read_refusal(CallContext context, std::unique_ptr<HttpStream> stream) {
  HttpResponse response = stream->head();
  while (response.body.size() < error_body_bytes_max) {
    auto piece = co_await stream->next(context);
    if (!piece || !*piece) break;
    response.body += **piece;
  }
  co_return response;
}

}  // namespace

milliseconds backoff(const ServerOptions& options, int attempt, double jitter,
                     std::optional<milliseconds> retry_after) {
  if (retry_after) return *retry_after;
  auto wait = options.backoff_first;
  for (int i = 1; i < attempt && wait < options.backoff_max; ++i) wait *= 2;
  wait = std::min(wait, options.backoff_max);
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * jitter));
}

Server::Server(ServerOptions options, HttpClient& http)
    : options_(std::move(options)), http_(http) {
  while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
  if (!options_.pause) options_.pause = make_pause();
}

HttpRequest Server::make_request(const std::string& path, const std::string& body,
                                 const char* accept) const {
  HttpRequest request{.method = "POST",
                      .url = options_.base_url + path + options_.query,
                      .headers = {{"Content-Type", "application/json"}, {"Accept", accept}},
                      .body = body,
                      .timeout = options_.timeout,
                      .may_reach_private_addresses = options_.may_reach_private_addresses,
                      .tells_trace = true};
  for (const auto& header : options_.headers) request.headers.push_back(header);
  return request;
}

Task<std::expected<HttpResponse, Failure>> Server::post(CallContext context, std::string path,
                                                        std::string body, PostOptions options) {
  for (int attempt = 1;; ++attempt) {
    if (options.pace != nullptr) {
      auto entering = options.pace->enter(context, options.cost);
      auto entered = co_await std::move(entering);
      if (!entered) co_return std::unexpected(Failure{.error = std::move(entered.error())});
    }
    auto request = make_request(path, body, "application/json");
    if (options.timeout > milliseconds(0)) request.timeout = options.timeout;
    auto response = co_await http_.send(context, std::move(request));
    if (response && options.pace != nullptr) options.pace->learn(*response);
    if (response && is_success(response->status)) co_return std::move(*response);
    bool is_silent = !response && response.error().code == ErrorCode::timeout;
    auto failure = response ? describe_answer(*response, options_.api_key)
                            : describe_transport(std::move(response.error()));
    if (options_.on_failure) options_.on_failure(failure);
    // The attempt's time was up, not the call's.
    if (is_silent && context.check()) failure.may_retry = true;
    auto waiting = back_off(context, failure, attempt, options.pace);
    auto waited = co_await std::move(waiting);
    if (waited) continue;
    failure.error = std::move(waited.error());
    co_return std::unexpected(std::move(failure));
  }
}

Task<Result<std::unique_ptr<HttpStream>>> Server::open(CallContext context, std::string path,
                                                       std::string body) {
  for (int attempt = 1;; ++attempt) {
    Failure failure;
    auto request = make_request(path, body, "text/event-stream");
    auto stream = co_await try_open(context, std::move(request), failure);
    if (stream) co_return stream;
    if (options_.on_failure) options_.on_failure(failure);
    CO_TRY_VOID(co_await back_off(context, std::move(failure), attempt));
  }
}

// One attempt; on failure `failure` says more than the error.
Task<Result<std::unique_ptr<HttpStream>>> Server::try_open(CallContext context, HttpRequest request,
                                                           Failure& failure) {
  auto stream = co_await http_.open(context, std::move(request));
  if (!stream) {
    failure = describe_transport(std::move(stream.error()));
    co_return fail(failure.error);
  }
  if (is_success((*stream)->head().status)) co_return stream;
  auto refusal = co_await read_refusal(context, std::move(*stream));
  failure = describe_answer(refusal, options_.api_key);
  co_return fail(failure.error);
}

// Waits before the next attempt, or fails with the error when there should be none.
Task<Result<void>> Server::back_off(CallContext context, Failure failure, int attempt,
                                    RequestPace* pace) {
  auto wait = backoff(options_, attempt, random_fraction(), failure.retry_after);
  bool is_too_late = context.deadline != std::chrono::steady_clock::time_point::max() &&
                     std::chrono::steady_clock::now() + wait >= context.deadline;
  bool may_wait = wait <= options_.retry_after_max && !is_too_late;
  if (!failure.may_retry || attempt >= options_.attempts_max || !may_wait)
    co_return fail(std::move(failure.error));
  log::warn("The model provider is asked again",
            {{"attempt", attempt + 1}, {"wait_ms", wait.count()}, {"cause", failure.error.cause}});
  // What the server told one request holds for all.
  if (pace != nullptr && failure.kind == FailureKind::rate_limited) pace->hold(wait);
  auto waited = co_await options_.pause(context, wait);
  co_return waited;
}

}  // namespace aiva::model_server
