#include "faces/realtime/internal/openai_session.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::realtime {
namespace {

constexpr int ahead_ms_max = 2'000;
constexpr std::chrono::milliseconds rest_time{60};  // audio waits so long for more of it
constexpr std::size_t session_id_bytes = 6;
constexpr std::string_view no_base64 = "?";  // stands for what is no text at all

SessionFacts facts_of(const Admitted& admitted, const RealtimeParts& parts,
                      const RealtimeOptions& options, const http::Request& request) {
  const auto& agent = *admitted.agent;
  auto named = request.query_text("model");
  return {.id = "sess_" + random_token(2 * session_id_bytes),
          .model = std::string(named.value_or(agent.slug)),
          .instructions = admitted.may_read_agent ? agent.settings.instructions : std::string(),
          .voice = agent.settings.voice,
          .language = agent.settings.language,
          .threshold = agent.settings.speech.vad_threshold,
          .silence_ms = agent.settings.speech.silence_duration_ms,
          .expires_at = (parts.clock.unix_ms() + options.session_max.count()) / 1000};
}

struct Closing {
  http::CloseCode code;
  std::string_view reason;
};

Closing closing_of(voice::CallEnd end) {
  switch (end) {
    case voice::CallEnd::shutdown:
    case voice::CallEnd::time_limit: return {http::CloseCode::going_away, voice::name_of(end)};
    case voice::CallEnd::no_credits:
      return {http::CloseCode::policy_violation, voice::name_of(end)};
    case voice::CallEnd::failed: return {http::CloseCode::internal_error, voice::name_of(end)};
    case voice::CallEnd::caller_hung_up:
    case voice::CallEnd::agent_hung_up:
    case voice::CallEnd::transferred:
    case voice::CallEnd::idle:
    case voice::CallEnd::busy:
    case voice::CallEnd::no_answer:
    case voice::CallEnd::rejected:
    case voice::CallEnd::unreachable:
    case voice::CallEnd::media_silence: break;
  }
  return {http::CloseCode::normal, voice::name_of(end)};
}

}  // namespace

OpenAiSession::OpenAiSession(const RealtimeParts& parts, const RealtimeOptions& options,
                             Admitted admitted, const http::Request& request,
                             http::WebSocket& socket)
    : parts_(parts),
      options_(options),
      admitted_(std::move(admitted)),
      request_(request),
      socket_(socket),
      outbox_(socket),
      work_(parts.pause, admitted_.context),
      facts_(facts_of(admitted_, parts, options, request)),
      events_(outbox_, to_hex(sha256(facts_.id)).substr(0, 2 * session_id_bytes)),
      dialogue_(events_, facts_, settings_) {}

Task<void> OpenAiSession::serve() {
  dialogue_.greet();
  if (admitted_.key && !admitted_.key->session.empty())
    if (auto session = json::parse(admitted_.key->session)) apply_settings(*session, {}, false);
  work_.after(options_.answer_after, [this] { begin_answering(); });
  work_.after(options_.session_max, [this] { expire(); });
  co_await read_events();
  is_gone_ = true;
  outbox_.detach();
  end_call();
  co_await work_.finish();
  end_call();  // it may have begun meanwhile
}

Task<void> OpenAiSession::read_events() {
  for (;;) {
    auto message = co_await socket_.receive();
    if (!message || !*message) co_return;
    if ((*message)->is_binary) {
      events_.send_error({"invalid_event", "Events are text, not binary"}, {});
      continue;
    }
    co_await take(std::move((*message)->content));
  }
}

Task<void> OpenAiSession::take(std::string text) {
  if (auto append = scan_append(text)) {
    begin_answering();
    co_await answered();
    if (has_call()) co_await append_audio(append->audio, append->id);
    co_return;
  }
  auto event = read_event(text);
  if (!event) {
    events_.send_error(event_error_of(event.error()), {});
    co_return;
  }
  co_await take_event(std::move(*event));
}

Task<void> OpenAiSession::take_event(ClientEvent event) {
  const auto& type = event.type;
  if (type == "session.update") {
    if (is_answering_) co_await answered();
    update_session(event);
    begin_answering();
    co_return;
  }
  if (type == "conversation.item.retrieve") co_return retrieve_item(event);
  if (type == "conversation.item.delete") co_return delete_item(event);
  if (type == "conversation.item.truncate") co_return truncate_item(event);
  begin_answering();
  if (type == "conversation.item.create") co_return create_item(event);
  co_await answered();
  if (!has_call()) co_return;
  if (type == "input_audio_buffer.append") {
    const auto* audio = event.body.as_object().if_contains("audio");
    bool is_text = audio != nullptr && audio->is_string();
    co_await append_audio(is_text ? std::string_view(audio->get_string()) : no_base64, event.id);
  } else if (type == "input_audio_buffer.commit") {
    commit_audio(event);
  } else if (type == "input_audio_buffer.clear") {
    clear_audio();
  } else if (type == "aiva.dtmf") {
    press_keys(event);
  } else if (type == "response.create") {
    create_response(event);
    co_await hear_held();
  } else if (type == "response.cancel") {
    cancel_response(event);
  } else {
    bool is_of_other_legs = type == "output_audio_buffer.clear";
    events_.send_error(
        {is_of_other_legs ? "unsupported_event" : "invalid_event",
         is_of_other_legs ? "This event is for WebRTC and SIP only" : "There is no such event",
         "type"},
        event.id);
  }
}

void OpenAiSession::update_session(const ClientEvent& event) {
  const auto* session = event.body.as_object().if_contains("session");
  if (session == nullptr)
    return events_.send_error({"missing_required_parameter", "It is required", "session"},
                              event.id);
  apply_settings(*session, event.id, true);
}

void OpenAiSession::apply_settings(const json::Value& session, std::string_view cause,
                                   bool is_told) {
  bool took_turns = takes_turns();
  auto refusals = apply_session(session, facts_, !is_answering_, settings_);
  if (!refusals) return events_.send_error(event_error_of(refusals.error()), cause);
  for (const auto& refusal : *refusals) events_.send_error(refusal, cause);
  if (took_turns != takes_turns() && has_call()) {
    call_->take_turns(takes_turns());
    uncommitted_bytes_ = 0;
    is_commit_pending_ = false;
    held_.clear();
  }
  if (!is_told) return;
  events_.send("session.updated", [this](JsonWriter& writer) {
    writer.key("session");
    write_session(writer, facts_, settings_);
  });
}

void OpenAiSession::begin_answering() {
  if (std::exchange(is_answering_, true)) return;
  work_.run(answer());
}

Task<void> OpenAiSession::answer() {
  auto self = shared_from_this();
  auto call = co_await find_call(parts_, admitted_, request_, {.provider = "realtime"});
  Result<std::shared_ptr<voice::LiveCall>> live = fail(ErrorCode::cancelled, "It is not wanted");
  if (!call)
    live = fail(std::move(call.error()));
  else
    live = co_await answer_call(parts_, admitted_.context, std::move(*call), self, is_gone_);
  if (live) {
    call_ = std::move(*live);
    heard_until_ = parts_.clock.steady();
    if (!takes_turns() && has_call()) call_->take_turns(false);
  } else {
    give_up(live.error());
  }
  is_answered_ = true;
  if (waiting_) std::exchange(waiting_, {}).resume();
}

Task<void> OpenAiSession::answered() {
  struct Awaiter {
    OpenAiSession& session;
    bool await_ready() noexcept { return session.is_answered_; }
    void await_suspend(std::coroutine_handle<> awaiting) { session.waiting_ = awaiting; }
    void await_resume() noexcept {}
  };
  co_await Awaiter{*this};
}

void OpenAiSession::give_up(const Error& error) {
  if (is_gone_) return;
  log::failure("A call could not be answered", admitted_.context, error);
  events_.send_error(event_error_of(error), {});
  bool may_pass = error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout;
  bool is_ours = error.code == ErrorCode::internal;
  outbox_.close(may_pass  ? http::CloseCode::try_again_later
                : is_ours ? http::CloseCode::internal_error
                          : http::CloseCode::policy_violation,
                "The call could not be answered");
}

void OpenAiSession::expire() {
  outbox_.close(http::CloseCode::going_away,
                fmt::format("Your session hit the maximum duration of {} minutes.",
                            std::chrono::ceil<std::chrono::minutes>(options_.session_max).count()));
  if (has_call()) call_->end(voice::CallEnd::time_limit);
}

void OpenAiSession::end_call() {
  if (has_call()) call_->end(voice::CallEnd::caller_hung_up);
}

int OpenAiSession::ahead_ms() const { return ahead_ms_max; }

void OpenAiSession::note(const voice::CallEvent& event) { dialogue_.take(event); }

bool OpenAiSession::play(std::string_view frame) {
  dialogue_.play(frame);
  if (dialogue_.has_rest() && !is_rest_timed_ && !is_gone_) {
    is_rest_timed_ = true;
    work_.after(rest_time, [this] {
      is_rest_timed_ = false;
      dialogue_.send_rest();
    });
  }
  return !events_.is_lost();
}

// The client holds what it was sent; the call knows how much that is.
std::optional<std::chrono::seconds> OpenAiSession::duration_max() const {
  if (!admitted_.key || admitted_.key->duration_max.count() == 0) return std::nullopt;
  return admitted_.key->duration_max;
}

std::int64_t OpenAiSession::flush() {
  dialogue_.drop_rest();
  return 0;
}

void OpenAiSession::hang_up(voice::CallEnd end, std::string_view) {
  dialogue_.end(end);
  if (end == voice::CallEnd::no_credits)
    events_.send_error(event_error_of({.code = ErrorCode::quota_exceeded,
                                       .message = "There are no credits left for this call"}),
                       {});
  auto closing = closing_of(end);
  outbox_.close(closing.code, std::string(closing.reason));
}

Task<void> serve_openai(const RealtimeParts& parts, const RealtimeOptions& options,
                        Admitted admitted, const http::Request& request, http::WebSocket& socket) {
  auto session =
      std::make_shared<OpenAiSession>(parts, options, std::move(admitted), request, socket);
  co_await session->serve();
}

}  // namespace aiva::realtime
