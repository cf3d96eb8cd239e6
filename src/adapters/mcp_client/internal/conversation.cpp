#include "adapters/mcp_client/internal/conversation.h"

#include <algorithm>
#include <utility>

#include "foundation/text/sse_parser.h"
#include "foundation/text/utf8.h"

namespace aiva::mcp {
namespace {

constexpr std::size_t session_id_bytes_max = 512;
constexpr std::size_t cause_bytes_max = 300;
constexpr std::size_t replies_max = 20;

bool begins_with(std::string_view type, std::string_view wanted) {
  return std::ranges::equal(type.substr(0, wanted.size()), wanted, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

// Visible ASCII only, as the protocol says; anything else could not be sent back.
std::string read_session_id(const HttpResponse& head) {
  auto id = head.header("mcp-session-id");
  bool is_plain = id.size() <= session_id_bytes_max &&
                  std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7f; });
  return is_plain ? std::string(id) : std::string();
}

Error describe_status(const HttpResponse& head) {
  Error error{.code = ErrorCode::unavailable, .message = "The tool server has a problem"};
  error.cause = "status " + std::to_string(head.status);
  if (head.status == 401 || head.status == 403)
    error.message = "The tool server refuses our credentials";
  if (head.status == 404 || head.status == 405)
    error.message = "There is no tool server at this address";
  if (head.status >= 300 && head.status < 400)
    error.message = "The tool server answers elsewhere; that is not followed";
  return error;
}

}  // namespace

HttpRequest Conversation::make_request(std::string message) const {
  HttpRequest request{.method = "POST",
                      .url = server_.url,
                      .headers = server_.headers,
                      .body = std::move(message),
                      .timeout = server_.timeout,
                      .response_bytes_max = server_.answer_bytes_max,
                      .may_reach_private_addresses = server_.may_reach_private_addresses,
                      .tells_trace = true};
  request.headers.push_back({"Content-Type", "application/json"});
  request.headers.push_back({"Accept", "application/json, text/event-stream"});
  if (session_ == nullptr) return request;
  request.headers.push_back({"MCP-Protocol-Version", session_->version});
  if (!session_->id.empty()) request.headers.push_back({"Mcp-Session-Id", session_->id});
  return request;
}

Task<Result<Reply>> Conversation::ask(CallContext context, std::int64_t id, std::string message) {
  auto opening = http_.open(context, make_request(std::move(message)));
  CO_TRY(auto stream, co_await std::move(opening));
  const auto& head = stream->head();
  bool had_session = session_ != nullptr && !session_->id.empty();
  if (head.status == 404 && had_session) co_return Reply{.is_session_gone = true};
  if (head.status < 200 || head.status >= 300) co_return fail(describe_status(head));
  auto session_id = read_session_id(head);
  auto reading = read_stream(context, *stream, id);
  CO_TRY(auto reply, co_await std::move(reading));
  reply.session_id = std::move(session_id);
  co_return reply;
}

Task<Result<Reply>> Conversation::read_stream(CallContext context, HttpStream& stream,
                                              std::int64_t id) {
  Reply reply;
  bool is_stream = begins_with(stream.head().header("content-type"), "text/event-stream");
  SseParser parser(server_.answer_bytes_max);
  std::string body;
  for (;;) {
    auto reading = stream.next(context);
    CO_TRY(auto piece, co_await std::move(reading));
    if (!piece) break;
    if (!is_stream) {
      body += *piece;
      continue;
    }
    CO_TRY(auto events, parser.feed(*piece));
    bool is_answered = false;
    for (const auto& event : events) {
      if (is_answered || event.data.empty()) continue;
      CO_TRY(is_answered, take(event.data, id, reply));
    }
    auto answering = answer_server(context);
    co_await std::move(answering);
    if (is_answered) co_return reply;
  }
  if (is_stream)
    co_return fail(ErrorCode::unavailable, "The tool server broke off before it answered");
  CO_TRY(auto is_answered, take(body, id, reply));
  if (!is_answered)
    co_return fail(ErrorCode::unavailable, "The tool server does not keep to the protocol",
                   "no answer in " + std::string(utf8_prefix(body, cause_bytes_max)));
  co_return reply;
}

Result<bool> Conversation::take(std::string_view text, std::int64_t id, Reply& reply) {
  TRY(auto messages, read_messages(text));
  for (auto& message : messages) {
    switch (message.kind) {
      case Message::Kind::notification: take_notification(message); break;
      case Message::Kind::request:
        if (replies_.size() == replies_max)
          return fail(ErrorCode::unavailable, "The tool server asks too much");
        replies_.push_back(write_reply(message.id, message.method));
        break;
      case Message::Kind::answer:
      case Message::Kind::failure:
        if (message.id != id) break;
        reply.is_failure = message.kind == Message::Kind::failure;
        reply.content = std::move(message.content);
        return true;
    }
  }
  return false;
}

void Conversation::take_notification(const Message& message) {
  if (message.method == "notifications/tools/list_changed" && session_ != nullptr)
    session_->has_other_tools = true;
  if (message.method != "notifications/progress" || call_ == nullptr || !call_->on_progress) return;
  call_->on_progress({.progress = number_member(message.content, "progress").value_or(0),
                      .total = number_member(message.content, "total"),
                      .message = text_member(message.content, "message")});
}

Task<void> Conversation::answer_server(CallContext context) {
  auto replies = std::exchange(replies_, {});
  for (auto& reply : replies) {
    // A server that does not take our answer waits in vain, and we for it until the time is up.
    auto telling = tell(context, std::move(reply));
    (void)co_await std::move(telling);
  }
}

Task<Result<void>> Conversation::tell(CallContext context, std::string message) {
  auto sending = http_.send(context, make_request(std::move(message)));
  CO_TRY(auto response, co_await std::move(sending));
  if (response.status < 200 || response.status >= 300) co_return fail(describe_status(response));
  co_return Result<void>{};
}

}  // namespace aiva::mcp
