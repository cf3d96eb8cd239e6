#include "adapters/deepgram/internal/agent_messages.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/deepgram/internal/reading.h"
#include "foundation/json_writer.h"

namespace aiva::deepgram {
namespace {

using Kind = AgentEvent::Kind;

constexpr std::size_t calls_max = 32;  // at once

struct Format {
  std::string_view encoding;
  int rate;
};

Format format_of(RealtimeCoding coding) {
  switch (coding) {
    case RealtimeCoding::pcmu: return {.encoding = "mulaw", .rate = 8'000};
    case RealtimeCoding::pcma: return {.encoding = "alaw", .rate = 8'000};
    case RealtimeCoding::pcm24k: return {.encoding = "linear16", .rate = 24'000};
  }
  return {};
}

void write_audio(JsonWriter& json, RealtimeCoding coding) {
  auto [encoding, rate] = format_of(coding);
  json.key("audio").begin_object();
  json.key("input").begin_object().field("encoding", encoding).field("sample_rate", rate);
  json.end_object().key("output").begin_object().field("encoding", encoding);
  json.field("sample_rate", rate).field("container", "none").end_object().end_object();
}

void write_listen(JsonWriter& json, std::string_view model, std::string_view language) {
  bool is_flux = model.starts_with("flux");
  json.key("listen").begin_object().key("provider").begin_object();
  json.field("type", "deepgram").field("version", is_flux ? "v2" : "v1").field("model", model);
  if (is_flux && model == "flux-general-multi" && !language.empty())
    json.key("language_hints").begin_array().value(language).end_array();
  if (!is_flux && !language.empty()) json.field("language", language);
  if (!is_flux) json.field("smart_format", true);
  json.end_object().end_object();
}

void write_think(JsonWriter& json, std::string_view model, const RealtimeSettings& settings) {
  json.key("think").begin_object().key("provider").begin_object();
  json.field("type", "open_ai").field("model", model).end_object();
  json.field("prompt", settings.instructions);
  if (!settings.tools.empty()) {
    json.key("functions").begin_array();
    for (const auto& tool : settings.tools)
      json.begin_object()
          .field("name", tool.name)
          .field("description", tool.description)
          .key("parameters")
          .raw(tool.parameters)
          .field("defer_until_eot", true)
          .end_object();
    json.end_array();
  }
  json.end_object();
}

std::string one_field(std::string_view type, std::string_view name, std::string_view text) {
  std::string message;
  JsonWriter(message).begin_object().field("type", type).field(name, text).end_object();
  return message;
}

std::vector<ToolCall> read_calls(const json::Object& body) {
  std::vector<ToolCall> calls;
  const auto* found = body.if_contains("functions");
  const auto* list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr) return calls;
  for (const auto& item : *list) {
    const auto* call = item.if_object();
    if (call == nullptr || calls.size() >= calls_max) continue;
    // What the provider calls itself is none of ours.
    const auto* client_side = call->if_contains("client_side");
    if (client_side != nullptr && client_side->is_bool() && !client_side->as_bool()) continue;
    calls.push_back({.id = text_of(*call, "id"),
                     .name = text_of(*call, "name"),
                     .arguments = text_of(*call, "arguments")});
  }
  return calls;
}

// Codes that blame what we asked for.
bool is_ours(std::string_view code) {
  constexpr auto codes = std::to_array<std::string_view>(
      {"INVALID_SETTINGS", "UNPARSABLE_CLIENT_MESSAGE", "INVALID_MESSAGE"});
  return std::ranges::find(codes, code) != codes.end();
}

struct Plain {
  std::string_view type;
  Kind kind;
};
constexpr auto plain_events = std::to_array<Plain>({{"Welcome", Kind::welcome},
                                                    {"SettingsApplied", Kind::settings_applied},
                                                    {"UserStartedSpeaking", Kind::user_started},
                                                    {"AgentStartedSpeaking", Kind::agent_started},
                                                    {"AgentAudioDone", Kind::audio_done},
                                                    {"InjectionRefused", Kind::injection_refused}});

}  // namespace

namespace agent_message {

std::string settings(const DeepgramAgentOptions& options, const RealtimeSettings& settings) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("type", "Settings");
  write_audio(json, settings.coding);
  json.key("agent").begin_object();
  write_listen(json, options.listen_model, settings.language);
  write_think(json, settings.model.empty() ? options.think_model : settings.model, settings);
  json.key("speak").begin_object().key("provider").begin_object();
  json.field("type", "deepgram");
  json.field("model", settings.voice.empty() ? options.voice : settings.voice);
  json.end_object().end_object().end_object().end_object();
  return text;
}

std::string update_prompt(std::string_view prompt) {
  return one_field("UpdatePrompt", "prompt", prompt);
}

std::string inject_agent_message(std::string_view words) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("type", "InjectAgentMessage")
      .field("message", words)
      .field("behavior", "interrupt")
      .end_object();
  return text;
}

std::string inject_user_message(std::string_view words) {
  return one_field("InjectUserMessage", "content", words);
}

std::string function_call_response(const ToolCall& call, std::string_view result) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("type", "FunctionCallResponse")
      .field("id", call.id)
      .field("name", call.name)
      .field("content", result)
      .end_object();
  return text;
}

}  // namespace agent_message

Result<AgentEvent> read_agent_event(std::string_view text, std::string_view api_key) {
  TRY(auto message, read_message(text));
  const auto& body = message.as_object();
  auto type = text_of(body, "type");
  AgentEvent event;
  const auto* plain = std::ranges::find(plain_events, type, &Plain::type);
  if (plain != plain_events.end()) {
    event.kind = plain->kind;
    event.text = text_of(body, "message");
  } else if (type == "ConversationText") {
    event.kind = text_of(body, "role") == "user" ? Kind::user_words : Kind::agent_words;
    event.text = text_of(body, "content");
  } else if (type == "FunctionCallRequest" || type == "FunctionCallCancelled") {
    event.kind = type == "FunctionCallRequest" ? Kind::calls : Kind::calls_cancelled;
    event.calls = read_calls(body);
  } else if (type == "Error") {
    auto code = text_of(body, "code");
    event.kind = Kind::failed;
    event.failure = {.code = is_ours(code) ? ErrorCode::invalid : ErrorCode::unavailable,
                     .message = is_ours(code) ? "The model provider refuses the request"
                                              : "The model provider has a problem",
                     .cause = cause_of(code, text_of(body, "description"), api_key)};
  }
  return event;
}

}  // namespace aiva::deepgram
