#include "faces/http/endpoints/chat_stream.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "faces/http/endpoints/chat_json.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

using chat::Chat;
using chat::StreamEvent;

// A model may think for long, but no call is without an end.
constexpr std::chrono::minutes turn_time_max{5};

std::string_view name_of(chat::TurnEvent::Kind kind) {
  switch (kind) {
    case chat::TurnEvent::Kind::sources: return "sources";
    case chat::TurnEvent::Kind::delta: return "delta";
    case chat::TurnEvent::Kind::function_call: return "function_call";
    case chat::TurnEvent::Kind::moderation: return "moderation";
  }
  return {};
}

StreamEvent event_of(const chat::TurnEvent& event) {
  StreamEvent made{.name = std::string(name_of(event.kind))};
  JsonWriter writer(made.data);
  if (event.kind == chat::TurnEvent::Kind::function_call) {
    write_chat_call(writer, event.call);
    return made;
  }
  if (event.kind == chat::TurnEvent::Kind::moderation) {
    write_chat_moderation(writer, event.moderation);
    return made;
  }
  writer.begin_object();
  if (event.kind == chat::TurnEvent::Kind::delta) {
    writer.field("text", event.text);
  } else {
    writer.key("sources");
    write_chat_sources(writer, event.sources);
  }
  writer.end_object();
  return made;
}

StreamEvent last_event(const Result<chat::Answer>& answer) {
  StreamEvent made{.name = answer ? "done" : "error"};
  JsonWriter writer(made.data);
  if (answer) {
    write_chat_answer(writer, *answer);
    return made;
  }
  writer.begin_object()
      .field("code", to_string(answer.error().code))
      .field("message", answer.error().message)
      .end_object();
  return made;
}

StreamEvent first_event(ChatSessionId session, MessageId turn) {
  StreamEvent made{.name = "turn"};
  JsonWriter(made.data)
      .begin_object()
      .field("turn_id", turn)
      .field("session_id", session)
      .end_object();
  return made;
}

Task<Result<void>> send(EventWriter& events, StreamEvent event) {
  if (event.name == "error") events.mark_failed();
  auto id = event.id > 0 ? std::to_string(event.id) : std::string();
  auto sending = events.send(std::move(event.name), std::move(event.data), std::move(id));
  auto sent = co_await std::move(sending);
  co_return sent;
}

// Who asks, for calls that begin when the body is sent.
CallContext as_caller(CallContext streaming, const CallContext& caller) {
  streaming.tenant = caller.tenant;
  streaming.user = caller.user;
  streaming.api_key = caller.api_key;
  return streaming;
}

Task<Result<void>> run_and_tell(Answering answering, CallContext context, EventWriter& events) {
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + turn_time_max);
  bool has_begun = false;
  chat::TurnListener listener = [&events, &has_begun](chat::TurnEvent event) {
    has_begun = true;
    return send(events, event_of(event));
  };
  auto running = answering(context, std::move(listener));
  auto answer = co_await std::move(running);
  if (!answer) {
    if (!has_begun && !events.is_started()) co_return fail(std::move(answer.error()));
    log::failure("A chat turn failed while it streamed", context, answer.error());
  }
  auto sending = send(events, last_event(answer));
  auto sent = co_await std::move(sending);
  co_return sent;
}

Task<Result<void>> begin_and_tell(Chat& chat, CallContext context, chat::Turn turn,
                                  EventWriter& events) {
  chat::StreamFormat format{
      .begin = [session = turn.session](MessageId id) { return first_event(session, id); },
      .event = event_of,
      .end = last_event};
  CO_TRY(auto follower,
         co_await chat.resumable().begin(context, std::move(turn), std::move(format)));
  auto telling = tell_turn(context, std::move(follower), events);
  auto told = co_await std::move(telling);
  co_return told;
}

Task<Result<void>> follow_and_tell(Chat& chat, CallContext context, ChatSessionId session,
                                   MessageId turn, std::int64_t after, EventWriter& events) {
  CO_TRY(auto follower, co_await chat.resumable().follow(context, session, turn, after));
  auto telling = tell_turn(context, std::move(follower), events);
  auto told = co_await std::move(telling);
  co_return told;
}

}  // namespace

Result<std::int64_t> last_event_of(const Request& request) {
  auto header = request.header("last-event-id");
  if (header.empty()) return request.query_integer("after", 0, 0, 1'000'000'000);
  std::int64_t after = 0;
  const char* end = header.data() + header.size();
  auto [stopped, error] = std::from_chars(header.data(), end, after);
  if (error == std::errc() && stopped == end && after >= 0) return after;
  return fail(invalid_field("Last-Event-ID", "must be the id of an event of this stream"));
}

Task<Result<void>> tell_turn(CallContext context, std::unique_ptr<chat::TurnFollower> follower,
                             EventWriter& events) {
  for (;;) {
    CO_TRY(auto more, co_await follower->next(context));
    if (!more) co_return Result<void>();
    for (auto& event : *more) CO_TRY_VOID(co_await send(events, std::move(event)));
  }
}

Response stream_answer(const CallContext& context, Answering answering) {
  return event_stream([context, answering = std::move(answering)](CallContext streaming,
                                                                  EventWriter& events) mutable {
    return run_and_tell(std::move(answering), as_caller(std::move(streaming), context), events);
  });
}

Response stream_turn(Chat& chat, const CallContext& context, chat::Turn turn) {
  return stream_answer(context, [&chat, turn = std::move(turn)](
                                    CallContext streaming, chat::TurnListener listener) mutable {
    turn.listener = std::move(listener);
    return chat.answer(std::move(streaming), std::move(turn));
  });
}

Response stream_resumable_turn(Chat& chat, const CallContext& context, chat::Turn turn) {
  return event_stream([&chat, context, turn = std::move(turn)](CallContext streaming,
                                                               EventWriter& events) mutable {
    return begin_and_tell(chat, as_caller(std::move(streaming), context), std::move(turn), events);
  });
}

Response follow_turn(Chat& chat, const CallContext& context, ChatSessionId session, MessageId turn,
                     std::int64_t after) {
  return event_stream(
      [&chat, context, session, turn, after](CallContext streaming, EventWriter& events) {
        return follow_and_tell(chat, as_caller(std::move(streaming), context), session, turn, after,
                               events);
      });
}

}  // namespace aiva::http
