#include "adapters/openai_realtime/internal/client_events.h"

#include <algorithm>

#include "adapters/openai_realtime/internal/audio_text.h"
#include "foundation/json_writer.h"

namespace aiva::openai_realtime::client_event {
namespace {

constexpr int prefix_padding_ms = 300;  // of what was heard before speech was noticed
constexpr int pcm_rate = 24'000;

void write_format(JsonWriter& json, RealtimeCoding coding) {
  json.key("format").begin_object();
  switch (coding) {
    case RealtimeCoding::pcmu: json.field("type", "audio/pcmu"); break;
    case RealtimeCoding::pcma: json.field("type", "audio/pcma"); break;
    case RealtimeCoding::pcm24k: json.field("type", "audio/pcm").field("rate", pcm_rate); break;
  }
  json.end_object();
}

void write_turn_detection(JsonWriter& json, const RealtimeSettings& settings) {
  if (!settings.takes_turns) {
    json.null_field("turn_detection");
    return;
  }
  json.key("turn_detection")
      .begin_object()
      .field("type", "server_vad")
      .field("threshold", std::clamp(settings.vad_threshold, 0.0, 1.0))
      .field("prefix_padding_ms", prefix_padding_ms)
      .field("silence_duration_ms", settings.silence_ms)
      .field("create_response", true)
      .field("interrupt_response", true)
      .end_object();
}

void write_tools(JsonWriter& json, const std::vector<ToolDefinition>& tools) {
  json.key("tools").begin_array();
  for (const auto& tool : tools)
    json.begin_object()
        .field("type", "function")
        .field("name", tool.name)
        .field("description", tool.description)
        .key("parameters")
        .raw(tool.parameters)
        .end_object();
  json.end_array().field("tool_choice", "auto");
}

}  // namespace

std::string session_update(const RealtimeSettings& settings, std::string_view transcription_model) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("type", "session.update").key("session").begin_object();
  json.field("type", "realtime");
  json.key("output_modalities").begin_array().value("audio").end_array();
  json.field("instructions", settings.instructions);
  json.key("audio").begin_object().key("input").begin_object();
  write_format(json, settings.coding);
  if (!transcription_model.empty()) {
    json.key("transcription").begin_object().field("model", transcription_model);
    if (!settings.language.empty()) json.field("language", settings.language);
    json.end_object();
  }
  write_turn_detection(json, settings);
  json.end_object().key("output").begin_object();
  write_format(json, settings.coding);
  if (!settings.voice.empty()) json.field("voice", settings.voice);
  json.end_object().end_object();
  write_tools(json, settings.tools);
  json.end_object().end_object();
  return text;
}

std::string turn_detection_update(const RealtimeSettings& settings) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("type", "session.update").key("session").begin_object();
  json.field("type", "realtime").key("audio").begin_object().key("input").begin_object();
  write_turn_detection(json, settings);
  json.end_object().end_object().end_object().end_object();
  return text;
}

std::string append_audio(std::string_view audio) {
  constexpr std::string_view head = R"({"type":"input_audio_buffer.append","audio":")";
  std::string text;
  text.reserve(head.size() + audio.size() / 3 * 4 + 8);
  text = head;
  append_base64(text, audio);
  text += "\"}";
  return text;
}

std::string plain(std::string_view type) {
  std::string text;
  JsonWriter(text).begin_object().field("type", type).end_object();
  return text;
}

std::string add_words(ChatRole role, std::string_view words) {
  bool is_agent = role == ChatRole::assistant;
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("type", "conversation.item.create").key("item").begin_object();
  json.field("type", "message")
      .field("role", is_agent                   ? "assistant"
                     : role == ChatRole::system ? "system"
                                                : "user");
  json.key("content").begin_array().begin_object();
  json.field("type", is_agent ? "output_text" : "input_text").field("text", words);
  json.end_object().end_array().end_object().end_object();
  return text;
}

std::string add_result(std::string_view call_id, std::string_view result) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("type", "conversation.item.create").key("item").begin_object();
  json.field("type", "function_call_output").field("call_id", call_id).field("output", result);
  json.end_object().end_object();
  return text;
}

std::string answer(std::string_view instructions) {
  if (instructions.empty()) return plain("response.create");
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("type", "response.create").key("response").begin_object();
  json.field("instructions", instructions).end_object().end_object();
  return text;
}

std::string cancel(std::string_view answer) {
  if (answer.empty()) return plain("response.cancel");
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("type", "response.cancel")
      .field("response_id", answer)
      .end_object();
  return text;
}

std::string truncate(std::string_view item, std::int64_t heard_ms) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("type", "conversation.item.truncate")
      .field("item_id", item)
      .field("content_index", 0)
      .field("audio_end_ms", heard_ms)
      .end_object();
  return text;
}

}  // namespace aiva::openai_realtime::client_event
