#include "capabilities/agents/settings_json.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>

#include "capabilities/agents/internal/checks.h"
#include "capabilities/agents/internal/moderation_json.h"
#include "foundation/text/language_tag.h"

namespace aiva::agents {
namespace {

constexpr std::size_t instructions_bytes_max = 64 * 1024;
constexpr std::size_t greeting_bytes_max = 4 * 1024;
constexpr std::size_t word_bytes_max = 128;
constexpr std::size_t strategy_bytes_max = 64 * 1024;
constexpr std::size_t knowledge_bases_max = 100;  // as many as one search takes
constexpr std::size_t topics_max = 100;
constexpr std::size_t topic_bytes_max = 400;
constexpr std::size_t origins_max = 50;
constexpr std::size_t suggestions_max = 6;
constexpr std::size_t suggestion_bytes_max = 200;
constexpr std::size_t url_bytes_max = 500;
constexpr std::int64_t tokens_highest = 128'000;

using Words = std::initializer_list<std::string_view>;

void read_text(json::Fields& fields, std::string_view name, std::size_t bytes_max,
               std::string& text) {
  auto given = fields.optional_text(name, {.length_max = bytes_max});
  if (!given) return;
  if (has_control_characters(*given, "\n\r\t"))
    return fields.add_error(name, "must be text without control characters");
  text = std::move(*given);
}

// A name of something of a provider, as "gpt-4o-mini"; may be empty.
void read_word(json::Fields& fields, std::string_view name, std::string& word) {
  auto given = fields.optional_text(name, {.length_max = word_bytes_max});
  if (!given) return;
  if (!is_provider_word(*given))
    return fields.add_error(name, "must have letters, digits and .:/@_+- only");
  word = std::move(*given);
}

void read_choice(json::Fields& fields, std::string_view name, Words choices, std::string& choice) {
  auto given = fields.optional_text(name, {.length_max = word_bytes_max});
  if (!given) return;
  if (std::ranges::find(choices, std::string_view(*given)) != choices.end()) {
    choice = std::move(*given);
    return;
  }
  std::string list;
  for (auto word : choices)
    if (!word.empty()) list.append(list.empty() ? "" : ", ").append(word);
  fields.add_error(name, "must be one of " + list);
}

// Older clients name the model of chats `chat_model` and that of calls `model`.
void read_models(json::Fields& fields, AgentSettings& settings) {
  if (fields.has("chat_model")) {
    read_word(fields, "chat_model", settings.model);
    read_word(fields, "model", settings.speech.model);
  } else {
    read_word(fields, "model", settings.model);
  }
  read_word(fields, "voice_model", settings.speech.model);
  std::string provider = settings.provider;
  read_word(fields, "provider", provider);
  if (provider == "deepgram")  // it answers calls only
    settings.speech.provider = provider;
  else
    settings.provider = std::move(provider);
  read_choice(fields, "voice_provider", {"openai", "deepgram"}, settings.speech.provider);
}

std::optional<KnowledgeBaseId> base_of(const json::Value& value) {
  const auto* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  return KnowledgeBaseId::parse(std::string_view(text->data(), text->size()));
}

void read_bases(json::Fields& fields, const json::Object& source, AgentSettings& settings) {
  const auto* single = source.if_contains("kb_id");
  std::optional<KnowledgeBaseId> base;
  if (single != nullptr && !single->is_null()) {
    base = base_of(*single);
    if (!base) return fields.add_error("kb_id", "must be an id");
  }
  const auto* array = fields.array("kb_ids", knowledge_bases_max);
  if (array == nullptr) {
    if (single == nullptr || fields.has("kb_ids")) return;
    settings.knowledge_bases.clear();
    if (base) settings.knowledge_bases.push_back(*base);
    return;
  }
  std::vector<KnowledgeBaseId> bases;
  for (const auto& item : *array) {
    auto id = base_of(item);
    if (!id) return fields.add_error("kb_ids", "must hold ids only");
    if (std::ranges::find(bases, *id) == bases.end()) bases.push_back(*id);
  }
  if (base && std::ranges::find(bases, *base) == bases.end())
    return fields.add_error("kb_id", "must be one of kb_ids");
  settings.knowledge_bases = std::move(bases);
}

void read_topics(json::Fields& fields, AgentSettings& settings) {
  const auto* array = fields.array("blocked_topics", topics_max);
  if (array == nullptr) return;
  std::vector<std::string> topics;
  for (const auto& item : *array) {
    const auto* text = item.if_string();
    if (text == nullptr || text->empty() || text->size() > topic_bytes_max ||
        has_control_characters({text->data(), text->size()}))
      return fields.add_error("blocked_topics", "must hold texts of 1 to 400 bytes");
    topics.emplace_back(text->data(), text->size());
  }
  settings.blocked_topics = std::move(topics);
}

void read_strategy(json::Fields& fields, AgentSettings& settings) {
  const auto* strategy = fields.object("conversation_strategy");
  if (strategy == nullptr) return;
  auto text = json::to_text(*strategy);
  if (text.size() > strategy_bytes_max)
    return fields.add_error("conversation_strategy", "must have at most 65536 bytes");
  settings.conversation = std::move(text);
}

void read_speech(json::Fields& fields, SpeechSettings& speech) {
  if (auto given = fields.optional_number("vad_threshold", 0, 1)) speech.vad_threshold = *given;
  speech.silence_duration_ms = static_cast<int>(
      fields.integer("silence_duration_ms", speech.silence_duration_ms, 50, 10'000));
  speech.recording = fields.boolean("recording", speech.recording);
  speech.recording_notice = fields.boolean("recording_notice", speech.recording_notice);
  read_word(fields, "deepgram_model", speech.deepgram_model);
  read_word(fields, "deepgram_voice", speech.deepgram_voice);
  read_word(fields, "deepgram_language", speech.deepgram_language);
  read_choice(fields, "chat_stt_provider", {"", "openai", "groq", "deepgram", "soniox"},
              speech.chat_stt_provider);
  read_word(fields, "chat_stt_model", speech.chat_stt_model);
  read_choice(fields, "chat_tts_provider",
              {"", "openai", "elevenlabs", "azure", "google", "uplift"}, speech.chat_tts_provider);
  read_word(fields, "chat_tts_model", speech.chat_tts_model);
  read_word(fields, "chat_tts_voice", speech.chat_tts_voice);
}

void write_speech(JsonWriter& writer, const SpeechSettings& speech) {
  writer.field("voice_provider", speech.provider)
      .field("voice_model", speech.model)
      .field("vad_threshold", speech.vad_threshold)
      .field("silence_duration_ms", speech.silence_duration_ms)
      .field("recording", speech.recording)
      .field("recording_notice", speech.recording_notice)
      .field("deepgram_model", speech.deepgram_model)
      .field("deepgram_voice", speech.deepgram_voice)
      .field("deepgram_language", speech.deepgram_language)
      .field("chat_stt_provider", speech.chat_stt_provider)
      .field("chat_stt_model", speech.chat_stt_model)
      .field("chat_tts_provider", speech.chat_tts_provider)
      .field("chat_tts_model", speech.chat_tts_model)
      .field("chat_tts_voice", speech.chat_tts_voice);
}

void read_origins(json::Fields& fields, WidgetSettings& widget) {
  const auto* array = fields.array("allowed_origins", origins_max);
  if (array == nullptr) return;
  for (const auto& item : *array) {
    const auto* text = item.if_string();
    std::string_view origin =
        text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
    if (!is_web_origin(origin))
      return fields.add_error("allowed_origins",
                              "must hold origins like https://www.example.com, or *");
    widget.origins.emplace_back(origin);
  }
}

void read_suggestions(json::Fields& fields, WidgetSettings& widget) {
  const auto* array = fields.array("suggested_questions", suggestions_max);
  if (array == nullptr) return;
  for (const auto& item : *array) {
    const auto* text = item.if_string();
    if (text == nullptr || text->empty() || text->size() > suggestion_bytes_max ||
        has_control_characters({text->data(), text->size()}))
      return fields.add_error("suggested_questions", "must hold texts of 1 to 200 bytes");
    widget.suggestions.emplace_back(text->data(), text->size());
  }
}

void read_logo(json::Fields& fields, WidgetSettings& widget) {
  auto url = fields.optional_text("logo_url", {.length_max = url_bytes_max});
  if (!url) return;
  bool is_plain = std::ranges::none_of(
      *url, [](unsigned char c) { return c <= ' ' || c >= 0x7f || c == '"' || c == '\\'; });
  if (!url->empty() && (!url->starts_with("https://") || !is_plain))
    return fields.add_error("logo_url", "must be an https URL");
  widget.logo_url = std::move(*url);
}

void read_calls(json::Fields& fields, WidgetSettings& widget) {
  auto read = [&fields](std::string_view name, int& value, std::int64_t max) {
    value = static_cast<int>(fields.integer(name, value, 1, max));
  };
  widget.allows_calls = fields.boolean("allows_calls", widget.allows_calls);
  read("visitor_calls_per_hour", widget.visitor_calls_per_hour_max, 1000);
  read("visitor_calls_at_once", widget.visitor_calls_at_once_max, 100);
  read("calls_at_once", widget.calls_at_once_max, 1000);
  read("call_minutes", widget.call_minutes_max, 120);
  read("call_minutes_per_day", widget.call_minutes_per_day_max, 100'000);
}

}  // namespace

void write_settings(JsonWriter& writer, const AgentSettings& settings) {
  writer.field("instructions", settings.instructions)
      .field("provider", settings.provider)
      .field("model", settings.model)
      .field("temperature", settings.temperature)
      .field("max_tokens", settings.tokens_max)
      .field("greeting", settings.greeting)
      .field("language", settings.language)
      .field("voice", settings.voice)
      .key("kb_ids")
      .begin_array();
  for (auto base : settings.knowledge_bases) writer.value(base);
  writer.end_array()
      .field("search_mode", settings.search_mode)
      .key("conversation_strategy")
      .raw(settings.conversation)
      .key("blocked_topics")
      .begin_array();
  for (const auto& topic : settings.blocked_topics) writer.value(topic);
  writer.end_array()
      .field("must_cite", settings.must_cite)
      .field("masks_personal", settings.masks_personal)
      .key("moderation");
  write_moderation(writer, settings.moderation);
  write_speech(writer, settings.speech);
}

void read_settings(json::Fields& fields, const json::Object& source, AgentSettings& settings) {
  read_text(fields, "instructions", instructions_bytes_max, settings.instructions);
  read_models(fields, settings);
  if (auto given = fields.optional_number("temperature", 0, 2)) settings.temperature = *given;
  settings.tokens_max =
      static_cast<int>(fields.integer("max_tokens", settings.tokens_max, 1, tokens_highest));
  read_text(fields, "greeting", greeting_bytes_max, settings.greeting);
  if (auto given = fields.optional_text("language", {.length_max = word_bytes_max})) {
    if (is_language_tag(*given))
      settings.language = std::move(*given);
    else
      fields.add_error("language", "must be a language tag like en or pt-BR (BCP 47)");
  }
  read_word(fields, "voice", settings.voice);
  read_bases(fields, source, settings);
  for (auto name : {"knowledge_search_mode", "search_mode"})
    read_choice(fields, name, {"auto", "always", "never"}, settings.search_mode);
  read_strategy(fields, settings);
  read_topics(fields, settings);
  settings.must_cite = fields.boolean("must_cite", settings.must_cite);
  settings.masks_personal = fields.boolean("masks_personal", settings.masks_personal);
  read_moderation(fields, settings.moderation);
  read_speech(fields, settings.speech);
}

Result<AgentSettings> parse_settings(std::string_view text) {
  TRY(auto value, json::parse(text));
  json::Fields fields(value);
  AgentSettings settings;
  if (const auto* source = value.if_object()) read_settings(fields, *source, settings);
  TRY_VOID(fields.finish());
  return settings;
}

std::string settings_text(const AgentSettings& settings) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  write_settings(writer, settings);
  writer.end_object();
  return text;
}

Result<WidgetSettings> read_widget(const json::Object& widget) {
  json::Value value(widget);
  json::Fields fields(value, "widget_config");
  WidgetSettings read;
  read_text(fields, "title", word_bytes_max, read.title);
  read_text(fields, "placeholder", word_bytes_max, read.placeholder);
  if (auto color = fields.optional_text("accent_color", {.length_max = word_bytes_max})) {
    if (is_color(*color))
      read.accent_color = std::move(*color);
    else
      fields.add_error("accent_color", "must be a color like #1f5fbf");
  }
  read_choice(fields, "position", {"right", "left"}, read.position);
  read_choice(fields, "theme", {"auto", "light", "dark"}, read.theme);
  read_logo(fields, read);
  read_suggestions(fields, read);
  read_origins(fields, read);
  read.visitor_messages_per_minute_max = static_cast<int>(
      fields.integer("visitor_messages_per_minute", read.visitor_messages_per_minute_max, 1, 1000));
  read.visitor_messages_per_day_max = static_cast<int>(
      fields.integer("visitor_messages_per_day", read.visitor_messages_per_day_max, 1, 100'000));
  read.messages_per_minute_max = static_cast<int>(
      fields.integer("messages_per_minute", read.messages_per_minute_max, 1, 100'000));
  read_calls(fields, read);
  TRY_VOID(fields.finish());
  return read;
}

void write_widget(JsonWriter& writer, const WidgetSettings& widget) {
  writer.begin_object()
      .field("title", widget.title)
      .field("placeholder", widget.placeholder)
      .field("accent_color", widget.accent_color)
      .field("position", widget.position)
      .field("theme", widget.theme)
      .field("logo_url", widget.logo_url)
      .key("suggested_questions")
      .begin_array();
  for (const auto& question : widget.suggestions) writer.value(question);
  writer.end_array().key("allowed_origins").begin_array();
  for (const auto& origin : widget.origins) writer.value(origin);
  writer.end_array()
      .field("visitor_messages_per_minute", widget.visitor_messages_per_minute_max)
      .field("visitor_messages_per_day", widget.visitor_messages_per_day_max)
      .field("messages_per_minute", widget.messages_per_minute_max)
      .field("allows_calls", widget.allows_calls)
      .field("visitor_calls_per_hour", widget.visitor_calls_per_hour_max)
      .field("visitor_calls_at_once", widget.visitor_calls_at_once_max)
      .field("calls_at_once", widget.calls_at_once_max)
      .field("call_minutes", widget.call_minutes_max)
      .field("call_minutes_per_day", widget.call_minutes_per_day_max)
      .end_object();
}

}  // namespace aiva::agents
