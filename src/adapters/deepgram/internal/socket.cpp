#include "adapters/deepgram/internal/socket.h"

#include <algorithm>
#include <utility>

#include "adapters/deepgram/internal/reading.h"
#include "foundation/json_writer.h"

namespace aiva::deepgram {
namespace {

constexpr std::size_t message_bytes_max = 1024 * 1024;
constexpr std::size_t queue_bytes_max = 2 * 1024 * 1024;

// What the caller cannot mend is `unavailable` to it.
Error describe_refusal(Error error, std::string_view api_key) {
  error.cause = cause_of("refused", error.cause, api_key);
  switch (error.code) {
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden: error.message = "The speech provider refuses our key"; break;
    case ErrorCode::rate_limited: error.message = "The speech provider is overloaded"; break;
    case ErrorCode::unavailable:
      if (error.cause.contains("status 402"))
        error.message = "The speech provider's credits are used up";
      else if (error.cause.contains("status 400"))
        return {.code = ErrorCode::invalid,
                .message = "The speech provider refuses the request",
                .cause = std::move(error.cause)};
      return error;
    default: return error;
  }
  error.code = ErrorCode::unavailable;
  return error;
}

}  // namespace

std::string url_of(std::string_view base_url, std::string_view path_and_query) {
  std::string url(base_url);
  if (url.starts_with("http")) url.replace(0, 4, "ws");
  while (url.ends_with('/')) url.pop_back();
  url += path_and_query;
  return url;
}

Task<Result<std::unique_ptr<OutgoingSocket>>> open_socket(CallContext context,
                                                          SocketOptions options,
                                                          WebSocketClient& sockets) {
  OutgoingSocketRequest request{.url = std::move(options.url),
                                .timeout = options.open_timeout,
                                .message_bytes_max = message_bytes_max,
                                .queue_bytes_max = queue_bytes_max,
                                .may_reach_private_addresses = options.may_reach_private_addresses};
  request.headers.push_back({"Authorization", "Token " + options.api_key});
  if (context.trace.has_id())
    request.headers.push_back({"traceparent", to_traceparent(context.trace)});
  auto socket = co_await sockets.open(std::move(context), std::move(request));
  if (!socket) co_return fail(describe_refusal(std::move(socket.error()), options.api_key));
  co_return std::move(*socket);
}

Error closed(const OutgoingSocket& socket, std::string_view api_key) {
  return {.code = ErrorCode::unavailable,
          .message = "The speech provider ended the stream",
          .cause = cause_of(std::to_string(socket.close_code()), socket.close_reason(), api_key)};
}

SocketMessage command(std::string_view type) {
  SocketMessage message;
  JsonWriter(message.content).begin_object().field("type", type).end_object();
  return message;
}

Task<Result<std::optional<SocketMessage>>> receive_within(CallContext context,
                                                          OutgoingSocket& socket,
                                                          std::chrono::milliseconds quiet,
                                                          std::string api_key) {
  auto patient = context;
  patient.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + quiet);
  auto message = co_await socket.receive(patient);
  if (message && !*message) co_return fail(closed(socket, api_key));
  if (message || message.error().code != ErrorCode::timeout) co_return message;
  CO_TRY_VOID(context.check());
  co_return std::optional<SocketMessage>();
}

}  // namespace aiva::deepgram
