#include "adapters/openai_realtime/internal/server_events.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/openai_realtime/internal/audio_text.h"
#include "foundation/json.h"

namespace aiva::openai_realtime {
namespace {

using Kind = RealtimeEvent::Kind;

constexpr std::size_t cause_bytes_max = 400;

std::string_view text_of(const json::Object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

const json::Object* object_of(const json::Object& object, std::string_view name) {
  const auto* found = object.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

std::int64_t number_of(const json::Object* object, std::string_view name) {
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  if (found == nullptr || !found->is_int64()) return 0;
  return std::max<std::int64_t>(found->as_int64(), 0);
}

RealtimeUsage read_usage(const json::Object* usage) {
  if (usage == nullptr) return {};
  const auto* in = object_of(*usage, "input_token_details");
  const auto* out = object_of(*usage, "output_token_details");
  const auto* cached = in == nullptr ? nullptr : object_of(*in, "cached_tokens_details");
  return {.text_in = number_of(in, "text_tokens"),
          .audio_in = number_of(in, "audio_tokens"),
          .cached_text_in = number_of(cached, "text_tokens"),
          .cached_audio_in = number_of(cached, "audio_tokens"),
          .text_out = number_of(out, "text_tokens"),
          .audio_out = number_of(out, "audio_tokens")};
}

std::string cause_of(std::string_view code, std::string_view message, std::string_view api_key) {
  std::string cause(code);
  cause += ": ";
  cause += message.substr(0, cause_bytes_max);
  for (auto at = api_key.empty() ? std::string::npos : cause.find(api_key); at != std::string::npos;
       at = cause.find(api_key, at))
    cause.replace(at, api_key.size(), "(key)");
  return cause;
}

// Codes after which a session is of no use.
struct Ending {
  std::string_view code;
  ErrorCode error;
  const char* message;
};
constexpr auto endings = std::to_array<Ending>({
    {"beta_api_shape_disabled", ErrorCode::internal, "The model provider does not understand us"},
    {"invalid_api_key", ErrorCode::unavailable, "The model provider refuses our key"},
    {"insufficient_quota", ErrorCode::unavailable, "The model provider's quota is used up"},
    {"model_not_found", ErrorCode::unavailable, "The model provider does not know the model"},
    {"session_expired", ErrorCode::unavailable, "The session has lasted too long"},
    {"rate_limit_exceeded", ErrorCode::unavailable, "The model provider is overloaded"},
});

Error describe(const json::Object& error, std::string_view api_key) {
  auto code = text_of(error, "code");
  auto type = text_of(error, "type");
  auto cause = cause_of(code.empty() ? type : code, text_of(error, "message"), api_key);
  const auto* found = std::ranges::find(endings, code, &Ending::code);
  if (found != endings.end())
    return {.code = found->error, .message = found->message, .cause = std::move(cause)};
  if (type == "server_error")
    return {.code = ErrorCode::unavailable,
            .message = "The model provider has a problem",
            .cause = std::move(cause)};
  return {.code = ErrorCode::invalid,
          .message = "The model provider refuses the request",
          .cause = std::move(cause)};
}

ServerEvent read_error(const json::Object& body, std::string_view api_key) {
  ServerEvent read;
  const auto* error = object_of(body, "error");
  if (error == nullptr) error = &body;
  auto code = text_of(*error, "code");
  if (code == "conversation_already_has_active_response") {
    read.event.kind = Kind::answer_refused;
    return read;
  }
  // Nothing was to be cancelled, committed or cut off: the wish came too late.
  bool is_harmless = code == "response_cancel_not_active" ||
                     code == "input_audio_buffer_commit_empty" ||
                     code == "unsupported_content_type" || code == "item_truncate_invalid_item_id";
  if (is_harmless) return read;
  auto failure = describe(*error, api_key);
  bool is_end = std::ranges::find(endings, code, &Ending::code) != endings.end() &&
                code != "rate_limit_exceeded";
  if (is_end) {
    read.kind = ServerEvent::Kind::session_failed;
    read.failure = std::move(failure);
    return read;
  }
  read.event.kind = Kind::refused;
  read.event.failure = std::move(failure);
  return read;
}

void read_answer_end(const json::Object& body, std::string_view api_key, RealtimeEvent& event) {
  const auto* answer = object_of(body, "response");
  if (answer == nullptr) return;
  event.kind = Kind::answer_ended;
  event.answer = text_of(*answer, "id");
  event.usage = read_usage(object_of(*answer, "usage"));
  auto status = text_of(*answer, "status");
  event.is_cancelled = status == "cancelled";
  const auto* details = object_of(*answer, "status_details");
  if (status == "incomplete" && details != nullptr) event.text = text_of(*details, "reason");
  if (status != "failed") return;
  const auto* error = details == nullptr ? nullptr : object_of(*details, "error");
  event.failure = error == nullptr ? Error{.code = ErrorCode::unavailable,
                                           .message = "The model provider has a problem"}
                                   : describe(*error, api_key);
}

void read_item(const json::Object& body, RealtimeEvent& event) {
  const auto* item = object_of(body, "item");
  if (item == nullptr || text_of(*item, "type") != "function_call") return;
  // One that was cut off by an interruption is not to be called.
  if (text_of(*item, "status") == "incomplete") return;
  event.kind = Kind::tool_call;
  event.answer = text_of(body, "response_id");
  event.item = text_of(*item, "id");
  event.call = {.id = std::string(text_of(*item, "call_id")),
                .name = std::string(text_of(*item, "name")),
                .arguments = std::string(text_of(*item, "arguments"))};
}

void read_delta(const json::Object& body, Kind kind, std::string_view field, RealtimeEvent& event) {
  event.kind = kind;
  event.answer = text_of(body, "response_id");
  event.item = text_of(body, "item_id");
  event.text = text_of(body, field);
}

Result<ServerEvent> read_audio(const AudioDelta& delta) {
  auto bytes = decode_base64(delta.audio);
  if (!bytes)
    return fail(ErrorCode::unavailable, "The model provider's answer is malformed", "audio");
  ServerEvent read;
  read.event = {.kind = Kind::audio,
                .answer = std::string(delta.answer),
                .item = std::string(delta.item),
                .bytes = *std::move(bytes)};
  return read;
}

Result<ServerEvent> read_body(std::string_view type, const json::Object& body,
                              std::string_view api_key) {
  ServerEvent read;
  auto& event = read.event;
  if (type == "error") return read_error(body, api_key);
  if (type == "session.created" || type == "session.updated") {
    read.kind = type == "session.created" ? ServerEvent::Kind::created : ServerEvent::Kind::updated;
    auto seconds = number_of(object_of(body, "session"), "expires_at");
    if (seconds > 0) read.expires_at = seconds * 1000;
  } else if (type == "response.output_audio.delta") {
    return read_audio({.answer = text_of(body, "response_id"),
                       .item = text_of(body, "item_id"),
                       .audio = text_of(body, "delta")});
  } else if (type == "response.output_audio_transcript.delta" ||
             type == "response.output_text.delta") {
    read_delta(body, Kind::words, "delta", event);
  } else if (type == "input_audio_buffer.speech_started") {
    event = {.kind = Kind::speech_started, .item = std::string(text_of(body, "item_id"))};
  } else if (type == "input_audio_buffer.speech_stopped") {
    event = {.kind = Kind::speech_stopped, .item = std::string(text_of(body, "item_id"))};
  } else if (type == "conversation.item.input_audio_transcription.completed") {
    read_delta(body, Kind::user_words, "transcript", event);
  } else if (type == "conversation.item.input_audio_transcription.failed") {
    event = {.kind = Kind::user_words, .item = std::string(text_of(body, "item_id"))};
  } else if (type == "response.created") {
    const auto* answer = object_of(body, "response");
    if (answer != nullptr)
      event = {.kind = Kind::answer_began, .answer = std::string(text_of(*answer, "id"))};
  } else if (type == "response.output_item.done") {
    read_item(body, event);
  } else if (type == "response.done") {
    read_answer_end(body, api_key, event);
  }
  return read;
}

}  // namespace

Result<ServerEvent> read_server_event(std::string_view text, std::string_view api_key) {
  if (auto delta = scan_audio_delta(text)) return read_audio(*delta);
  auto parsed = json::parse(text, {.bytes_max = 16 * 1024 * 1024});
  const auto* body = parsed ? parsed->if_object() : nullptr;
  auto type = body == nullptr ? std::string_view{} : text_of(*body, "type");
  if (type.empty())
    return fail(ErrorCode::unavailable, "The model provider's answer is malformed",
                parsed ? "no type" : parsed.error().message);
  return read_body(type, *body, api_key);
}

}  // namespace aiva::openai_realtime
