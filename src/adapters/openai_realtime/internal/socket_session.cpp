#include "adapters/openai_realtime/internal/socket_session.h"

#include <utility>

#include "adapters/openai_realtime/internal/client_events.h"
#include "foundation/time.h"

namespace aiva::openai_realtime {
namespace {

using Kind = ServerEvent::Kind;

constexpr std::size_t piece_ms = 20;

bool may_stand_in_query(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// "https://host/v1" and "wss://host/v1" are the same place.
std::string url_for(const OpenAiRealtimeOptions& options, std::string_view model) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto url = options.base_url;
  if (url.starts_with("http")) url.replace(0, 4, "ws");
  while (url.ends_with('/')) url.pop_back();
  url += "/realtime?model=";
  for (char c : model) {
    auto byte = static_cast<unsigned char>(c);
    if (may_stand_in_query(c))
      url += c;
    else
      url.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return url;
}

// What the caller cannot mend is `unavailable` to it.
Error describe_refusal(Error error) {
  switch (error.code) {
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden: error.message = "The model provider refuses our key"; break;
    case ErrorCode::rate_limited: error.message = "The model provider is overloaded"; break;
    default: return error;
  }
  error.code = ErrorCode::unavailable;
  return error;
}

Error closed(const OutgoingSocket& socket) {
  return {.code = ErrorCode::unavailable,
          .message = "The model provider ended the session",
          .cause = std::to_string(socket.close_code()) + " " + socket.close_reason()};
}

// Reads on until the server says so; what it refuses until then is a failure.
Task<Result<ServerEvent>> wait_for(CallContext context, OutgoingSocket& socket, Kind kind,
                                   std::string api_key) {
  while (true) {
    CO_TRY(auto message, co_await socket.receive(context));
    if (!message) co_return fail(closed(socket));
    CO_TRY(auto read, read_server_event(message->content, api_key));
    if (read.kind == kind) co_return read;
    if (read.kind == Kind::session_failed) co_return fail(std::move(read.failure));
    if (read.event.kind == RealtimeEvent::Kind::refused)
      co_return fail(*std::move(read.event.failure));
  }
}

}  // namespace

Task<Result<Line>> open_line(CallContext context, const OpenAiRealtimeOptions& options,
                             WebSocketClient& sockets, std::string model) {
  OutgoingSocketRequest request{.url = url_for(options, model),
                                .timeout = options.open_timeout,
                                .may_reach_private_addresses = options.may_reach_private_addresses};
  if (!options.api_key.empty() && options.has_key_header)
    request.headers.push_back({"api-key", options.api_key});
  else if (!options.api_key.empty())
    request.headers.push_back({"Authorization", "Bearer " + options.api_key});
  if (context.trace.has_id())
    request.headers.push_back({"traceparent", to_traceparent(context.trace)});
  auto key = options.api_key;
  auto socket = co_await sockets.open(context, std::move(request));
  if (!socket) co_return fail(describe_refusal(std::move(socket.error())));
  CO_TRY(auto created, co_await wait_for(context, **socket, Kind::created, std::move(key)));
  Line line{.socket = std::move(*socket)};
  if (created.expires_at) {
    auto left = *created.expires_at - unix_ms_now();
    line.ends_at = std::chrono::steady_clock::now() + std::chrono::milliseconds(left);
  }
  co_return line;
}

Task<Result<void>> SocketSession::configure(CallContext context, std::string transcription_model) {
  send(client_event::session_update(settings_, transcription_model));
  CO_TRY_VOID(co_await wait_for(context, *line_.socket, Kind::updated, api_key_));
  co_return Result<void>{};
}

Task<Result<std::optional<RealtimeEvent>>> SocketSession::next(CallContext context) {
  while (true) {
    CO_TRY(auto message, co_await line_.socket->receive(context));
    if (!message) co_return std::nullopt;
    CO_TRY(auto read, read_server_event(message->content, api_key_));
    if (read.kind == Kind::session_failed) co_return fail(std::move(read.failure));
    if (read.kind == Kind::of_session && read.event.kind != RealtimeEvent::Kind::other)
      co_return std::optional(std::move(read.event));
  }
}

bool SocketSession::hear(std::string_view audio) {
  heard_ += audio;
  auto piece = piece_ms * bytes_per_ms(settings_.coding);
  return heard_.size() < piece || flush();
}

bool SocketSession::flush() {
  if (heard_.empty()) return true;
  bool is_sent = send(client_event::append_audio(heard_));
  heard_.clear();
  return is_sent;
}

bool SocketSession::commit() {
  return flush() && send(client_event::plain("input_audio_buffer.commit"));
}

bool SocketSession::clear() {
  heard_.clear();
  return send(client_event::plain("input_audio_buffer.clear"));
}

bool SocketSession::take_turns(bool by_itself) {
  settings_.takes_turns = by_itself;
  return send(client_event::turn_detection_update(settings_));
}

bool SocketSession::add_words(ChatRole role, std::string_view text) {
  return send(client_event::add_words(role, text));
}

bool SocketSession::add_result(std::string_view call_id, std::string_view result) {
  return send(client_event::add_result(call_id, result));
}

bool SocketSession::answer(std::string_view instructions) {
  return send(client_event::answer(instructions));
}

bool SocketSession::cancel(std::string_view answer) { return send(client_event::cancel(answer)); }

bool SocketSession::truncate(std::string_view item, std::int64_t heard_ms) {
  return send(client_event::truncate(item, heard_ms));
}

}  // namespace aiva::openai_realtime
