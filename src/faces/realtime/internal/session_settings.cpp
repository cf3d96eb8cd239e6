#include "faces/realtime/internal/session_settings.h"

#include <optional>
#include <string_view>
#include <utility>

namespace aiva::realtime {
namespace {

using voice::AudioFormat;
using voice::Coding;

constexpr std::size_t text_bytes_max = 256 * 1024;
constexpr std::string_view transcription_model = "aiva";

// One `session` object while it is applied.
class Update {
 public:
  Update(const SessionFacts& facts, const SessionSettings& settings)
      : facts_(facts), settings_(settings) {}

  Result<void> read(const json::Value& session, bool may_change_format) {
    json::Fields fields(session, "session");
    read_type(fields);
    read_fixed(fields, session);
    if (const auto* audio = fields.object("audio")) TRY_VOID(read_audio(*audio));
    TRY_VOID(fields.finish());
    settle_format(may_change_format);
    return {};
  }

  [[nodiscard]] SessionSettings settings() const { return settings_; }
  std::vector<EventError> take_refusals() { return std::move(refusals_); }

 private:
  void refuse(std::string param, std::string message) {
    refusals_.push_back({"unsupported_parameter", std::move(message), "session." + param});
  }

  static void read_type(json::Fields& fields) {
    auto type = fields.text("type", {.length_max = 40});
    if (!type.empty() && type != "realtime")
      fields.add_error("type", "must be \"realtime\": other sessions are not offered");
  }

  // What the agent decides, and what calls do not do.
  void read_fixed(json::Fields& fields, const json::Value& session) {
    refuse_other(fields, "model", facts_.model, "A session keeps the agent it began with");
    refuse_other(fields, "instructions", facts_.instructions,
                 "The agent has its own instructions; change the agent instead");
    const auto* object = session.if_object();
    if (object == nullptr) return;
    if (const auto* tools = fields.array("tools", 1'000); tools != nullptr && !tools->empty())
      refuse("tools", "Tools of the client are not supported in calls: give them to the agent");
    refuse_unless(*object, "output_modalities", R"(["audio"])",
                  "Calls speak; for written answers use /v1/responses or /v1/chat/completions");
    refuse_unless(*object, "tool_choice", R"("auto")", "The agent chooses its tools");
    refuse_unless(*object, "max_output_tokens", R"("inf")", "The agent has its own limit");
    refuse_unless(*object, "prompt", "null", "The agent has its own instructions");
    refuse_unless(*object, "reasoning", "null", "The agent's model has its own setting");
    refuse_unless(*object, "truncation", R"("auto")", "Only \"auto\" is offered");
    refuse_unless(*object, "include", "[]", "Log probabilities are not offered");
  }

  void refuse_other(json::Fields& fields, std::string_view name, const std::string& only,
                    std::string message) {
    auto wanted = fields.optional_text(name, {.length_max = text_bytes_max});
    if (wanted && *wanted != only) refuse(std::string(name), std::move(message));
  }

  // null asks for nothing.
  void refuse_unless(const json::Object& object, std::string_view name, std::string_view only,
                     std::string message) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null() || json::to_text(*value) == only) return;
    refuse(std::string(name), std::move(message));
  }

  Result<void> read_audio(const json::Object& audio) {
    json::Value value(audio);
    json::Fields fields(value, "session.audio");
    if (const auto* input = fields.object("input")) TRY_VOID(read_input(*input));
    if (const auto* output = fields.object("output")) TRY_VOID(read_output(*output));
    return fields.finish();
  }

  Result<void> read_input(const json::Object& input) {
    json::Value value(input);
    json::Fields fields(value, "session.audio.input");
    if (const auto* format = fields.object("format")) {
      TRY(input_format_, read_format(*format, "session.audio.input.format"));
    }
    if (const auto* noise = input.if_contains("noise_reduction"); noise && !noise->is_null())
      refuse("audio.input.noise_reduction", "Noise reduction is not offered");
    if (const auto* given = input.if_contains("transcription")) {
      settings_.has_transcription = !given->is_null();
      if (const auto* asked = given->is_null() ? nullptr : fields.object("transcription"))
        TRY_VOID(read_transcription(*asked));
    }
    if (const auto* given = input.if_contains("turn_detection")) {
      if (given->is_null()) settings_.turns = TurnDetection::none;
      if (const auto* asked = given->is_null() ? nullptr : fields.object("turn_detection"))
        TRY_VOID(read_turns(*asked));
    }
    return fields.finish();
  }

  // The model is ours, whichever is asked for: most clients name one to switch it on.
  Result<void> read_transcription(const json::Object& asked) {
    json::Value value(asked);
    json::Fields fields(value, "session.audio.input.transcription");
    [[maybe_unused]] auto model = fields.optional_text("model", {.length_max = 200});
    auto language = fields.optional_text("language", {.length_max = 40});
    auto prompt = fields.optional_text("prompt", {.length_max = text_bytes_max});
    if (language && !language->empty() && !facts_.language.starts_with(*language))
      refuse("audio.input.transcription.language", "The agent speaks " + facts_.language);
    if (prompt && !prompt->empty())
      refuse("audio.input.transcription.prompt", "Prompts of the recognizer are not offered");
    return fields.finish();
  }

  Result<void> read_turns(const json::Object& asked) {
    const std::string path = "audio.input.turn_detection.";
    json::Value value(asked);
    json::Fields fields(value, "session.audio.input.turn_detection");
    auto type = fields.text("type", {.length_max = 40});
    auto threshold = fields.optional_number("threshold", 0, 1);
    auto silence = fields.optional_number("silence_duration_ms", 0, 60'000);
    auto prefix = fields.optional_number("prefix_padding_ms", 0, 60'000);
    auto creates = fields.optional_boolean("create_response");
    auto interrupts = fields.optional_boolean("interrupt_response");
    auto eagerness = fields.optional_text("eagerness", {.length_max = 40});
    if (type != "server_vad" && type != "semantic_vad")
      fields.add_error("type", "must be \"server_vad\" or \"semantic_vad\"");
    TRY_VOID(fields.finish());
    settings_.turns =
        type == "server_vad" ? TurnDetection::server_vad : TurnDetection::semantic_vad;
    if (threshold && *threshold != facts_.threshold)
      refuse(path + "threshold", "The agent has its own threshold");
    if (silence && static_cast<int>(*silence) != facts_.silence_ms)
      refuse(path + "silence_duration_ms", "The agent has its own silence");
    if (prefix && static_cast<int>(*prefix) != prefix_padding_ms)
      refuse(path + "prefix_padding_ms", "It is always 300");
    if (!creates.value_or(true))
      refuse(path + "create_response",
             "A detected turn is always answered; set turn_detection "
             "to null to say yourself when a turn is over");
    if (!interrupts.value_or(true))
      refuse(path + "interrupt_response", "Callers may always interrupt");
    if (eagerness && *eagerness != "auto" && *eagerness != "medium")
      refuse(path + "eagerness", "Only \"auto\" and \"medium\" are offered");
    if (const auto* idle = asked.if_contains("idle_timeout_ms"); idle && !idle->is_null())
      refuse(path + "idle_timeout_ms", "The agent asks by itself whether somebody is there");
    return {};
  }

  Result<void> read_output(const json::Object& output) {
    json::Value value(output);
    json::Fields fields(value, "session.audio.output");
    if (const auto* format = fields.object("format")) {
      TRY(output_format_, read_format(*format, "session.audio.output.format"));
    }
    auto speed = fields.optional_number("speed", 0.25, 1.5);
    if (speed && *speed != 1.0) refuse("audio.output.speed", "Only 1.0 is offered");
    const auto* wanted = output.if_contains("voice");
    if (wanted && !wanted->is_null() &&
        json::to_text(*wanted) != json::to_text(json::Value(facts_.voice)))
      refuse("audio.output.voice", "The agent has its own voice");
    return fields.finish();
  }

  static Result<AudioFormat> read_format(const json::Object& format, const std::string& path) {
    json::Value value(format);
    json::Fields fields(value, path);
    auto type = fields.text("type", {.length_max = 40});
    auto rate = fields.optional_number("rate", 1, 1'000'000);
    AudioFormat read{.coding = Coding::pcm16, .rate = 24'000};
    if (type == "audio/pcmu") read = {.coding = Coding::pcmu, .rate = 8'000};
    if (type == "audio/pcma") read = {.coding = Coding::pcma, .rate = 8'000};
    if (read.coding == Coding::pcm16 && type != "audio/pcm")
      fields.add_error("type", "must be \"audio/pcm\", \"audio/pcmu\" or \"audio/pcma\"");
    if (rate && static_cast<int>(*rate) != read.rate)
      fields.add_error("rate", "must be " + std::to_string(read.rate));
    TRY_VOID(fields.finish());
    return read;
  }

  void settle_format(bool may_change) {
    auto input = input_format_.value_or(settings_.format);
    auto output = output_format_.value_or(settings_.format);
    if (input != output)
      return refuse("audio.output.format", "Input and output must have the same format");
    if (input != settings_.format && !may_change)
      return refuse("audio.input.format", "The format is fixed once audio may have come");
    settings_.format = input;
  }

  const SessionFacts& facts_;
  SessionSettings settings_;
  std::optional<AudioFormat> input_format_{};
  std::optional<AudioFormat> output_format_{};
  std::vector<EventError> refusals_{};
};

std::string_view name_of(Coding coding) {
  switch (coding) {
    case Coding::pcm16: return "audio/pcm";
    case Coding::pcmu: return "audio/pcmu";
    case Coding::pcma: return "audio/pcma";
  }
  return {};
}

void write_turns(JsonWriter& writer, const SessionFacts& facts, TurnDetection turns) {
  if (turns == TurnDetection::none) {
    writer.null();
    return;
  }
  writer.begin_object();
  if (turns == TurnDetection::semantic_vad)
    writer.field("type", "semantic_vad").field("eagerness", "auto");
  else
    writer.field("type", "server_vad")
        .field("threshold", facts.threshold)
        .field("prefix_padding_ms", prefix_padding_ms)
        .field("silence_duration_ms", facts.silence_ms)
        .null_field("idle_timeout_ms");
  writer.field("create_response", true).field("interrupt_response", true).end_object();
}

}  // namespace

Result<std::vector<EventError>> apply_session(const json::Value& session, const SessionFacts& facts,
                                              bool may_change_format, SessionSettings& settings) {
  Update update(facts, settings);
  TRY_VOID(update.read(session, may_change_format));
  settings = update.settings();
  return update.take_refusals();
}

void write_format(JsonWriter& writer, const AudioFormat& format) {
  writer.begin_object().field("type", name_of(format.coding));
  if (format.coding == Coding::pcm16) writer.field("rate", format.rate);
  writer.end_object();
}

void write_session(JsonWriter& writer, const SessionFacts& facts, const SessionSettings& settings) {
  writer.begin_object()
      .field("type", "realtime")
      .field("object", "realtime.session")
      .field("id", facts.id)
      .field("model", facts.model)
      .key("output_modalities")
      .raw(R"(["audio"])")
      .field("instructions", facts.instructions)
      .key("tools")
      .raw("[]")
      .field("tool_choice", "auto")
      .field("max_output_tokens", "inf")
      .null_field("tracing")
      .field("truncation", "auto")
      .null_field("prompt")
      .field("expires_at", facts.expires_at)
      .key("audio")
      .begin_object()
      .key("input")
      .begin_object()
      .key("format");
  write_format(writer, settings.format);
  writer.null_field("noise_reduction").key("transcription");
  if (settings.has_transcription)
    writer.begin_object()
        .field("model", transcription_model)
        .field("language", facts.language)
        .end_object();
  else
    writer.null();
  writer.key("turn_detection");
  write_turns(writer, facts, settings.turns);
  writer.end_object().key("output").begin_object().key("format");
  write_format(writer, settings.format);
  writer.field("voice", facts.voice).field("speed", 1.0).end_object().end_object();
  writer.null_field("include").end_object();
}

}  // namespace aiva::realtime
