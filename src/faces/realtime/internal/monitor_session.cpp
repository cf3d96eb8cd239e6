#include "faces/realtime/internal/monitor_session.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "faces/http/endpoints/call_json.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::realtime {
namespace {

using voice::CallEvent;

constexpr std::size_t coming_max = 2'000;
constexpr std::size_t coming_bytes_max = 256 * 1024;
constexpr std::size_t whisper_bytes_max = 4'000;
constexpr std::size_t say_bytes_max = 1'000;
constexpr std::size_t audio_text_max = 64 * 1024;
constexpr int rate_default = 16'000;  // of microphones

template <class Write>
std::string event_text(std::string_view type, Write write) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("type", type);
  write(writer);
  writer.end_object();
  return text;
}

std::string_view name_of(CallEvent::Kind kind) {
  switch (kind) {
    case CallEvent::Kind::speech_started: return "speech_started";
    case CallEvent::Kind::speech_stopped: return "speech_stopped";
    case CallEvent::Kind::speech_dropped: return "speech_dropped";
    case CallEvent::Kind::user_words: return "customer_words";
    case CallEvent::Kind::answer_began: return "answer_started";
    case CallEvent::Kind::words: return "agent_words";
    case CallEvent::Kind::answer_ended: return "answer_ended";
  }
  return "";
}

// What the audit log calls a command; nothing: it is not one that steers the call.
std::string_view audit_name(std::string_view type) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr auto rows = std::to_array<Row>({{"whisper", "whispered"},
                                            {"say", "spoken_for"},
                                            {"take_over", "taken_over"},
                                            {"hand_back", "handed_back"},
                                            {"hang_up", "hung_up"}});
  auto found = std::ranges::find(rows, type, &Row::first);
  return found == rows.end() ? std::string_view() : found->second;
}

}  // namespace

MonitorSession::MonitorSession(voice::Supervision& supervision, const Pause& pause,
                               CallContext context, identity::Caller caller,
                               http::WebSocket& socket)
    : supervision_(supervision),
      context_(std::move(context)),
      caller_(std::move(caller)),
      socket_(socket),
      work_(pause, context_),
      outbox_(socket, work_) {}

Task<void> MonitorSession::serve(voice::CallId call) {
  call_ = call;
  auto following = supervision_.follow(context_, caller_, call, shared_from_this());
  auto seat = co_await std::move(following);
  if (seat) {
    seat_ = std::move(*seat);
    co_await read_commands();
    seat_.reset();
  } else {
    send_error("follow", seat.error());
    outbox_.close(http::CloseCode::try_again_later, seat.error().message);
    co_await read_commands();
  }
  is_gone_ = true;
  outbox_.detach();
  co_await work_.finish();
}

Task<void> MonitorSession::read_commands() {
  for (;;) {
    auto message = co_await socket_.receive();
    if (!message || !*message) co_return;
    auto& content = (*message)->content;
    if (!(*message)->is_binary)
      co_await take(std::move(content));
    else if (seat_)
      seat_->speak(std::move(content));
  }
}

Task<void> MonitorSession::take(std::string text) {
  auto body = json::parse(text);
  if (!body) {
    send_error("", body.error());
    co_return;
  }
  json::Fields fields(*body);
  auto type = fields.text("type", {.length_min = 1, .length_max = 40});
  auto outcome = co_await follow_command(type, fields);
  if (!outcome) send_error(type, outcome.error());
}

Task<Result<void>> MonitorSession::follow_command(const std::string& type, json::Fields& fields) {
  if (!seat_) co_return Result<void>{};
  if (type == "listen") co_return listen(fields);
  if (type == "stop_listening") {
    seat_->listen(std::nullopt);
    co_return Result<void>{};
  }
  if (type == "audio") co_return speak(fields);
  if (!audit_name(type).empty()) {
    auto steered = co_await steer(type, fields);
    co_return steered;
  }
  CO_TRY_VOID(fields.finish());
  co_return fail(invalid_field("type", "is no command"));
}

Result<void> MonitorSession::listen(json::Fields& fields) {
  voice::ListenWish wish;
  wish.rate = static_cast<int>(fields.integer("rate", wish.rate, 8'000, 16'000));
  wish.channels = static_cast<int>(fields.integer("channels", wish.channels, 1, 2));
  auto encoding = fields.optional_text("encoding", {.length_max = 20}).value_or("binary");
  if (wish.rate != 8'000 && wish.rate != 16'000) fields.add_error("rate", "must be 8000 or 16000");
  if (encoding != "binary" && encoding != "base64")
    fields.add_error("encoding", "must be binary or base64");
  TRY_VOID(fields.finish());
  wish_ = wish;
  is_base64_ = encoding == "base64";
  seat_->listen(wish);
  return {};
}

Result<void> MonitorSession::speak(json::Fields& fields) {
  auto text = fields.text("audio", {.length_max = audio_text_max});
  TRY_VOID(fields.finish());
  auto samples = from_base64(text);
  if (!samples) return fail(invalid_field("audio", "must be Base64"));
  seat_->speak(std::move(*samples));
  return {};
}

// What is not in the audit log is not done.
Task<Result<void>> MonitorSession::steer(const std::string& type, json::Fields& fields) {
  if (!caller_.may(identity::Permission::agents_write))
    co_return fail(ErrorCode::forbidden, "You may listen to calls but not steer them");
  std::string text;
  int rate = rate_default;
  if (type == "whisper") text = fields.text("text", {.length_max = whisper_bytes_max});
  if (type == "say") text = fields.text("text", {.length_min = 1, .length_max = say_bytes_max});
  if (type == "take_over")
    rate = static_cast<int>(fields.integer("rate", rate_default, 8'000, 48'000));
  CO_TRY_VOID(fields.finish());
  auto writing = supervision_.write_down(context_, caller_, call_, audit_name(type));
  CO_TRY_VOID(co_await std::move(writing));
  if (seat_) command(type, std::move(text), rate);
  co_return Result<void>{};
}

void MonitorSession::command(const std::string& type, std::string text, int rate) {
  if (type == "whisper")
    seat_->whisper(std::move(text));
  else if (type == "say")
    seat_->say(std::move(text));
  else if (type == "take_over")
    seat_->take_over(rate);
  else if (type == "hand_back")
    seat_->hand_back();
  else
    seat_->hang_up();
}

void MonitorSession::send_error(std::string_view command, const Error& error) {
  outbox_.send_event(event_text("error", [&](JsonWriter& writer) {
    writer.field("command", command)
        .field("code", to_string(error.code))
        .field("message", error.message);
    writer.key("details").begin_array();
    for (const auto& detail : error.details)
      writer.begin_object()
          .field("field", detail.field)
          .field("message", detail.message)
          .end_object();
    writer.end_array();
  }));
}

template <class Then>
bool MonitorSession::bring_home(std::size_t bytes, Then then) {
  if (coming_ >= coming_max || coming_bytes_ + bytes > coming_bytes_max) return false;
  bring_home_at_any_rate(bytes, std::move(then));
  return true;
}

template <class Then>
void MonitorSession::bring_home_at_any_rate(std::size_t bytes, Then then) {
  ++coming_;
  coming_bytes_ += bytes;
  context_.home->post([self = shared_from_this(), bytes, then = std::move(then)]() mutable {
    --self->coming_;
    self->coming_bytes_ -= bytes;
    if (!self->is_gone_) then(*self);
  });
}

void MonitorSession::state(voice::CallState state) {
  bring_home(0, [state = std::move(state)](MonitorSession& self) {
    self.outbox_.send_event(event_text("state", [&](JsonWriter& writer) {
      writer.field("call_id", self.call_)
          .field("at_ms", state.at_ms)
          .field("is_caller_speaking", state.is_caller_speaking)
          .field("is_agent_speaking", state.is_agent_speaking);
      if (state.taken_over_by.empty())
        writer.null_field("taken_over_by");
      else
        writer.field("taken_over_by", state.taken_over_by);
      writer.field("followers", state.followers);
    }));
  });
}

void MonitorSession::note(CallEvent event) {
  bring_home(0, [event = std::move(event)](MonitorSession& self) {
    self.outbox_.send_event(event_text(name_of(event.kind), [&](JsonWriter& writer) {
      writer.field("at_ms", event.at_ms);
      if (!event.text.empty()) writer.field("text", event.text);
      if (event.kind == CallEvent::Kind::answer_ended)
        writer.field("is_interrupted", event.is_cut_off);
    }));
  });
}

void MonitorSession::line(voice::TranscriptLine line) {
  bring_home(0, [line = std::move(line)](MonitorSession& self) {
    self.outbox_.send_event(event_text("line", [&](JsonWriter& writer) {
      writer.key("line");
      http::write_transcript_line(writer, line);
    }));
  });
}

void MonitorSession::heard(std::int64_t at_ms, std::string samples) {
  auto bytes = samples.size();
  bool is_coming = bring_home(bytes, [at_ms, samples = std::move(samples)](MonitorSession& self) {
    self.send_audio(at_ms, samples);
  });
  if (!is_coming) missed_ms_ += voice::frame_ms;
}

void MonitorSession::send_audio(std::int64_t at_ms, const std::string& samples) {
  auto bytes_per_ms = static_cast<std::size_t>(wish_.rate * wish_.channels) * 2 / 1000;
  auto ms = static_cast<std::int64_t>(samples.size() / bytes_per_ms);
  outbox_.miss(missed_ms_.exchange(0));
  if (!is_base64_) return outbox_.send_audio({samples, true}, ms);
  auto text = event_text("audio", [&](JsonWriter& writer) {
    writer.field("at_ms", at_ms).field("audio", to_base64(samples));
  });
  outbox_.send_audio({std::move(text), false}, ms);
}

void MonitorSession::refused(std::string_view command, Error error) {
  bring_home(0, [command = std::string(command), error = std::move(error)](MonitorSession& self) {
    self.send_error(command, error);
  });
}

void MonitorSession::over(voice::CallEnd end) {
  bring_home_at_any_rate(0, [end](MonitorSession& self) {
    self.outbox_.send_event(event_text(
        "over", [end](JsonWriter& writer) { writer.field("end_reason", voice::name_of(end)); }));
    self.outbox_.close(http::CloseCode::normal, std::string(voice::name_of(end)));
  });
}

}  // namespace aiva::realtime
