#include "faces/http_dialler/http_dialler.h"

#include <optional>
#include <utility>

#include "capabilities/webhooks/signature.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::http_dialler {
namespace {

using voice::CallDialler;
using voice::DialEnd;
using voice::OutboundCall;

constexpr std::size_t answer_bytes_max = 64 * 1024;

std::string order_to_dial(const OutboundCall& call) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("action", "dial")
      .field("session_id", call.session_id)
      .field("destination", call.destination)
      .field("caller_id", call.caller_id)
      .field("ring_max_s", call.ring_max.count())
      .end_object();
  return body;
}

std::string order_to_cancel(const std::string& session_id) {
  std::string body;
  JsonWriter(body)
      .begin_object()
      .field("action", "cancel")
      .field("session_id", session_id)
      .end_object();
  return body;
}

class HttpDialler final : public CallDialler {
 public:
  HttpDialler(HttpDiallerParts parts, HttpDiallerOptions options)
      : parts_(std::move(parts)), options_(std::move(options)) {}

  [[nodiscard]] bool is_available() const override { return true; }
  Task<Result<DialEnd>> dial(CallContext context, OutboundCall call) override;

 private:
  Task<Result<int>> order(CallContext context, std::string body);
  Task<Result<DialEnd>> await_answer(CallContext context, const OutboundCall& call);
  Task<Result<std::optional<DialEnd>>> look(CallContext context, std::string session_id);
  Task<void> cancel(CallContext context, std::string session_id);

  HttpDiallerParts parts_;
  HttpDiallerOptions options_;
};

Task<Result<int>> HttpDialler::order(CallContext context, std::string body) {
  HttpRequest request{
      .method = "POST",
      .url = options_.url,
      .headers = {{"Content-Type", "application/json"}, {"User-Agent", "AIVA-Dialler/1"}},
      .body = std::move(body),
      .timeout = options_.timeout,
      .response_bytes_max = answer_bytes_max,
      .may_reach_private_addresses = true};
  if (!options_.secret.empty()) {
    auto signature = webhooks::sign({&options_.secret, 1}, parts_.clock.unix_ms(), request.body);
    request.headers.push_back({"AIVA-Signature", std::move(signature)});
  }
  auto sending = parts_.http.send(context, std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  co_return answer.status;
}

Task<Result<DialEnd>> HttpDialler::dial(CallContext context, OutboundCall call) {
  auto ordering = order(context, order_to_dial(call));
  auto status = co_await std::move(ordering);
  bool is_cancelled = context.cancellation.stop_requested();
  // What it has heard of the order is not known: it must not ring on.
  if (!status || is_cancelled) co_await cancel(context, call.session_id);
  if (is_cancelled) co_return DialEnd::cancelled;
  if (!status)
    co_return fail(ErrorCode::unavailable, "The telephone system is away", status.error().message);
  if (*status == 404 || *status == 422) co_return DialEnd::unreachable;
  if (*status >= 400 && *status < 500) co_return DialEnd::failed;
  if (*status < 200 || *status > 299)
    co_return fail(ErrorCode::unavailable,
                   "The telephone system answered " + std::to_string(*status));
  auto awaiting = await_answer(context, call);
  auto end = co_await std::move(awaiting);
  bool is_given_up = !end || *end == DialEnd::cancelled || *end == DialEnd::no_answer;
  if (is_given_up) co_await cancel(context, call.session_id);
  co_return end;
}

Task<Result<std::optional<DialEnd>>> HttpDialler::look(CallContext context,
                                                       std::string session_id) {
  CallContext own{.tenant = context.tenant};
  auto finding = parts_.calls.find(own, std::move(session_id));
  CO_TRY(auto call, co_await std::move(finding));
  if (call.started_at) co_return std::optional(DialEnd::answered);
  if (auto told = voice::parse_dial_end(call.dial_result)) {
    // Nobody here wanted it to stop.
    co_return std::optional(*told == DialEnd::cancelled ? DialEnd::failed : *told);
  }
  if (call.ended_at) co_return std::optional(DialEnd::failed);
  co_return std::nullopt;
}

Task<Result<DialEnd>> HttpDialler::await_answer(CallContext context, const OutboundCall& call) {
  auto until = parts_.clock.steady() + call.ring_max + options_.beyond_ringing;
  while (parts_.clock.steady() < until) {
    CO_TRY(auto end, co_await look(context, call.session_id));
    if (end) co_return *end;
    auto paused = co_await parts_.pause(context, options_.look_every);
    if (!paused && paused.error().code == ErrorCode::cancelled) co_return DialEnd::cancelled;
    CO_TRY_VOID(paused);
  }
  co_return DialEnd::no_answer;
}

Task<void> HttpDialler::cancel(CallContext context, std::string session_id) {
  CallContext own{.tenant = context.tenant};
  auto ordering = order(own, order_to_cancel(session_id));
  auto status = co_await std::move(ordering);
  if (!status) log::failure("The telephone system was not told to stop", own, status.error());
}

}  // namespace

std::unique_ptr<CallDialler> make_http_dialler(HttpDiallerParts parts, HttpDiallerOptions options) {
  return std::make_unique<HttpDialler>(std::move(parts), std::move(options));
}

}  // namespace aiva::http_dialler
