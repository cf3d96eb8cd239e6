#include "faces/realtime/internal/media_session.h"

#include <utility>

#include "foundation/json_writer.h"
#include "foundation/log.h"

namespace aiva::realtime {
namespace {

using Kind = MediaEvent::Kind;

constexpr std::size_t message_bytes_max = 65'535;
constexpr std::size_t early_bytes_max = 64 * 1024;
constexpr std::int64_t queued_frames_max = 3;
constexpr std::chrono::milliseconds closing_time{1'000};  // after HANGUP, until it closes itself

char silent_byte(voice::Coding coding) {
  switch (coding) {
    case voice::Coding::pcm16: return 0;
    case voice::Coding::pcmu: return static_cast<char>(0xFF);
    case voice::Coding::pcma: return static_cast<char>(0xD5);
  }
  return 0;
}

voice::NewCall describe(const MediaEvent& event) {
  voice::NewCall call{.provider = "websocket"};
  call.metadata.clear();
  JsonWriter writer(call.metadata);
  writer.begin_object()
      .field("connection_id", event.connection)
      .field("channel", event.channel)
      .field("channel_id", event.channel_id)
      .end_object();
  return call;
}

}  // namespace

MediaSession::MediaSession(const RealtimeParts& parts, const RealtimeOptions& options,
                           Admitted admitted, const http::Request& request, http::WebSocket& socket)
    : parts_(parts),
      options_(options),
      admitted_(std::move(admitted)),
      request_(request),
      socket_(socket),
      outbox_(socket),
      work_(parts.pause, admitted_.context) {}

Task<void> MediaSession::serve() {
  work_.after(options_.media_start_max, [this] {
    if (frame_bytes_ == 0)
      outbox_.close(http::CloseCode::policy_violation, "MEDIA_START did not come");
  });
  co_await read_messages();
  is_gone_ = true;
  outbox_.detach();
  end_call();
  co_await work_.finish();
  end_call();  // it may have begun meanwhile
}

Task<void> MediaSession::read_messages() {
  for (;;) {
    auto message = co_await socket_.receive();
    if (!message || !*message) co_return;
    const auto& content = (*message)->content;
    if (content.size() > message_bytes_max) {
      outbox_.close(http::CloseCode::policy_violation, "A message has at most 65535 bytes");
      co_return;
    }
    if ((*message)->is_binary)
      take_audio(content);
    else
      take_control(content);
  }
}

void MediaSession::take_audio(std::string_view audio) {
  if (call_ == nullptr) {
    // Some channels send audio before they say what it is.
    if (early_.size() + audio.size() <= early_bytes_max) early_ += audio;
    return;
  }
  if (format_.coding == voice::Coding::pcm16 && audio.size() % 2 != 0) audio.remove_suffix(1);
  if (has_call()) call_->hear(audio);
}

void MediaSession::take_control(std::string_view text) {
  auto event = read_media_event(text);
  if (!event) return;
  switch (event->kind) {
    case Kind::start: return begin(*event);
    case Kind::xoff: is_full_ = true; return;
    case Kind::xon: is_full_ = false; return;
    case Kind::digit:
      if (has_call()) call_->digit(event->digit);
      return;
    case Kind::status:
      if (event->queue_length > queued_frames_max) frames_to_skip_ = event->queue_length - 1;
      return;
    case Kind::drained:
      if (is_hung_up_) hang_up_now();
      return;
    case Kind::error:
      log::warn("Asterisk refused what it was sent", {{"error", event->text}});
      return;
    case Kind::other: return;
  }
}

void MediaSession::begin(const MediaEvent& event) {
  if (frame_bytes_ > 0) return;
  is_json_ = event.is_json;
  auto format = format_named(event.format);
  if (!format) {
    log::warn("A channel has audio of a kind calls do not speak", {{"format", event.format}});
    frame_bytes_ = 1;
    return hang_up_now();
  }
  format_ = *format;
  auto usual = format_.bytes_per_ms() * voice::frame_ms;
  frame_bytes_ = event.frame_bytes > 0 ? event.frame_bytes : usual;
  work_.run(answer(describe(event)));
}

Task<void> MediaSession::answer(voice::NewCall call) {
  auto self = shared_from_this();
  auto found = co_await find_call(parts_, admitted_, request_, std::move(call));
  Result<std::shared_ptr<voice::LiveCall>> live = fail(ErrorCode::cancelled, "It is not wanted");
  if (!found)
    live = fail(std::move(found.error()));
  else
    live = co_await answer_call(parts_, admitted_.context, std::move(*found), self, is_gone_);
  if (!live) {
    if (is_gone_) co_return;
    log::failure("A call could not be answered", admitted_.context, live.error());
    hang_up_now();
    co_return;
  }
  call_ = std::move(*live);
  take_audio(std::exchange(early_, {}));
}

bool MediaSession::command(std::string_view name) {
  bool is_sent = outbox_.send_text(media_command(name, is_json_));
  is_lost_ = is_lost_ || !is_sent;
  return is_sent;
}

bool MediaSession::play(std::string_view frame) {
  if (frames_to_skip_ > 0) {
    --frames_to_skip_;
    return !is_lost_;
  }
  if (is_full_) return !is_lost_;
  out_ += frame;
  send_whole_frames();
  ask_for_status();
  return !is_lost_;
}

// Of a message that is no whole number of frames Asterisk throws the rest away.
void MediaSession::send_whole_frames() {
  auto whole = out_.size() - out_.size() % frame_bytes_;
  if (whole == 0) return;
  is_lost_ = !outbox_.send_binary(out_.substr(0, whole)) || is_lost_;
  out_.erase(0, whole);
}

void MediaSession::ask_for_status() {
  auto now = parts_.clock.steady();
  if (now - asked_at_ < options_.status_every) return;
  asked_at_ = now;
  command("GET_STATUS");
}

void MediaSession::note(const voice::CallEvent& event) {
  if (event.kind != voice::CallEvent::Kind::answer_ended || out_.empty() || event.is_cut_off)
    return;
  out_.resize(frame_bytes_, silent_byte(format_.coding));
  send_whole_frames();
}

std::int64_t MediaSession::flush() {
  out_.clear();
  frames_to_skip_ = 0;
  command("FLUSH_MEDIA");
  return 0;
}

void MediaSession::hang_up(voice::CallEnd end, std::string_view) {
  is_hung_up_ = true;
  if (end == voice::CallEnd::caller_hung_up) {
    outbox_.close(http::CloseCode::normal, std::string(voice::name_of(end)));
    return;
  }
  // HANGUP would throw away what is queued.
  command("REPORT_QUEUE_DRAINED");
  if (!is_gone_) work_.after(options_.drained_max, [this] { hang_up_now(); });
}

void MediaSession::hang_up_now() {
  if (!outbox_.is_open() || std::exchange(is_hanging_up_, true)) return;
  command("HANGUP");
  work_.after(closing_time, [this] { outbox_.close(http::CloseCode::normal, "hung up"); });
}

void MediaSession::end_call() {
  if (has_call()) call_->end(voice::CallEnd::caller_hung_up);
}

Task<void> serve_media(const RealtimeParts& parts, const RealtimeOptions& options,
                       Admitted admitted, const http::Request& request, http::WebSocket& socket) {
  auto session =
      std::make_shared<MediaSession>(parts, options, std::move(admitted), request, socket);
  co_await session->serve();
}

}  // namespace aiva::realtime
