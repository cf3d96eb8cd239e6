#include "faces/realtime/internal/twilio_session.h"

#include <utility>

#include "foundation/crypto.h"
#include "foundation/json_writer.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::realtime {
namespace {

constexpr int ahead_ms_max = 2'000;
constexpr std::size_t message_bytes_max = 64 * 1024;
constexpr std::size_t id_bytes_max = 100;
constexpr std::string_view last_mark = "end";

// The text at a JSON pointer; empty when there is none.
std::string_view text_at(const json::Value& value, std::string_view pointer) {
  boost::system::error_code error;
  const auto* found = value.find_pointer({pointer.data(), pointer.size()}, error);
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

std::string short_text_at(const json::Value& value, std::string_view pointer) {
  return std::string(utf8_prefix(text_at(value, pointer), id_bytes_max));
}

voice::NewCall describe(const json::Value& message) {
  voice::NewCall call{.caller_id = short_text_at(message, "/start/customParameters/caller"),
                      .dialled_number = short_text_at(message, "/start/customParameters/did"),
                      .provider = "twilio"};
  call.metadata.clear();
  JsonWriter writer(call.metadata);
  writer.begin_object()
      .field("call_sid", short_text_at(message, "/start/callSid"))
      .field("stream_sid", short_text_at(message, "/start/streamSid"))
      .end_object();
  return call;
}

}  // namespace

TwilioSession::TwilioSession(const RealtimeParts& parts, const RealtimeOptions& options,
                             CallContext context, const http::Request& request,
                             http::WebSocket& socket)
    : parts_(parts),
      options_(options),
      context_(std::move(context)),
      request_(request),
      socket_(socket),
      outbox_(socket),
      work_(parts.pause, context_) {}

Task<void> TwilioSession::serve() {
  work_.after(options_.media_start_max, [this] {
    if (stream_.empty())
      outbox_.close(http::CloseCode::policy_violation, "The message start did not come");
  });
  co_await read_messages();
  is_gone_ = true;
  outbox_.detach();
  end_call();
  co_await work_.finish();
  end_call();  // it may have begun meanwhile
}

Task<void> TwilioSession::read_messages() {
  for (;;) {
    auto message = co_await socket_.receive();
    if (!message || !*message) co_return;
    auto value = json::parse((*message)->content, {.bytes_max = message_bytes_max, .depth_max = 8});
    if (value) {
      take(*value);
      continue;
    }
    outbox_.close(http::CloseCode::policy_violation, "Messages are JSON of at most 64 kB");
    co_return;
  }
}

void TwilioSession::take(const json::Value& message) {
  auto event = text_at(message, "/event");
  if (event == "start") begin(message);
  if (event == "media") take_audio(message);
  if (event == "dtmf") take_digit(message);
  bool is_all_played = event == "mark" && text_at(message, "/mark/name") == last_mark;
  if (event == "stop" || (is_all_played && is_hung_up_))
    outbox_.close(http::CloseCode::normal, "the call is over");
}

void TwilioSession::begin(const json::Value& message) {
  auto stream = text_at(message, "/start/streamSid");
  if (!stream_.empty()) return;
  auto coding = text_at(message, "/start/mediaFormat/encoding");
  if (stream.empty() || stream.size() > id_bytes_max || coding != "audio/x-mulaw")
    return outbox_.close(http::CloseCode::policy_violation, "Only audio/x-mulaw is spoken");
  stream_ = stream;
  auto secret = std::string(text_at(message, "/start/customParameters/access_token"));
  work_.run(answer(std::move(secret), describe(message)));
}

Task<void> TwilioSession::answer(std::string secret, voice::NewCall call) {
  auto self = shared_from_this();
  Result<std::shared_ptr<voice::LiveCall>> live = fail(ErrorCode::cancelled, "It is not wanted");
  auto admitted = co_await admit_with_key(parts_, context_, request_, std::move(secret));
  if (!admitted) {
    outbox_.close(http::CloseCode::policy_violation, admitted.error().message);
    co_return;
  }
  auto found = co_await find_call(parts_, *admitted, request_, std::move(call));
  if (!found)
    live = fail(std::move(found.error()));
  else
    live = co_await answer_call(parts_, admitted->context, std::move(*found), self, is_gone_);
  if (live) {
    call_ = std::move(*live);
    co_return;
  }
  if (is_gone_) co_return;
  log::failure("A call could not be answered", admitted->context, live.error());
  outbox_.close(http::CloseCode::try_again_later, "The call could not be answered");
}

void TwilioSession::take_audio(const json::Value& message) {
  bool is_of_caller = text_at(message, "/media/track") != "outbound";
  if (!has_call() || !is_of_caller) return;
  if (auto audio = from_base64(text_at(message, "/media/payload"))) call_->hear(*audio);
}

void TwilioSession::take_digit(const json::Value& message) {
  auto digit = text_at(message, "/dtmf/digit");
  bool is_digit = digit.size() == 1 && std::string_view("0123456789*#ABCD").contains(digit[0]);
  if (has_call() && is_digit) call_->digit(digit[0]);
}

void TwilioSession::send(std::string_view event, std::string_view member, std::string_view name,
                         std::string_view value) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("event", event).field("streamSid", stream_);
  if (!member.empty()) writer.key(member).begin_object().field(name, value).end_object();
  writer.end_object();
  is_lost_ = !outbox_.send_text(std::move(text)) || is_lost_;
}

int TwilioSession::ahead_ms() const { return ahead_ms_max; }

bool TwilioSession::play(std::string_view frame) {
  send("media", "media", "payload", to_base64(frame));
  return !is_lost_;
}

// The call knows how much of what was sent ahead is not played yet.
std::int64_t TwilioSession::flush() {
  send("clear", {}, {}, {});
  return 0;
}

void TwilioSession::hang_up(voice::CallEnd end, std::string_view) {
  is_hung_up_ = true;
  if (end == voice::CallEnd::caller_hung_up || is_gone_)
    return outbox_.close(http::CloseCode::normal, std::string(voice::name_of(end)));
  send("mark", "mark", "name", last_mark);
  work_.after(options_.drained_max,
              [this] { outbox_.close(http::CloseCode::normal, "the call is over"); });
}

void TwilioSession::end_call() {
  if (has_call()) call_->end(voice::CallEnd::caller_hung_up);
}

Task<void> serve_twilio(const RealtimeParts& parts, const RealtimeOptions& options,
                        CallContext context, const http::Request& request,
                        http::WebSocket& socket) {
  auto session =
      std::make_shared<TwilioSession>(parts, options, std::move(context), request, socket);
  co_await session->serve();
}

}  // namespace aiva::realtime
