#include "capabilities/voice/internal/call_checks.h"

#include <algorithm>
#include <utility>

#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva::voice {
namespace {

constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t line_bytes_max = 16 * 1024;
constexpr std::size_t metadata_bytes_max = 16 * 1024;
constexpr std::int64_t call_ms_max = 24LL * 3600 * 1000;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

void FieldChecks::add(std::string_view field, std::string message) {
  errors_.push_back({std::string(field), std::move(message)});
}

void FieldChecks::line(std::string_view field, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    add(field, "must have at most " + std::to_string(bytes_max) + " bytes");
  else if (!is_valid_utf8(text) || std::ranges::any_of(text, is_control))
    add(field, "must be text without control characters");
}

void FieldChecks::prose(std::string_view field, std::string_view text, std::size_t bytes_max) {
  auto is_refused = [](char c) { return is_control(c) && c != '\n' && c != '\t' && c != '\r'; };
  if (text.size() > bytes_max)
    add(field, "must have at most " + std::to_string(bytes_max) + " bytes");
  else if (!is_valid_utf8(text) || std::ranges::any_of(text, is_refused))
    add(field, "must be text without control characters");
}

void FieldChecks::word(std::string_view field, std::string_view text,
                       std::initializer_list<std::string_view> words) {
  if (std::ranges::find(words, text) != words.end()) return;
  std::string message = "must be one of";
  for (auto word : words) message.append(" ").append(word);
  add(field, std::move(message));
}

void FieldChecks::range(std::string_view field, std::int64_t value, std::int64_t min,
                        std::int64_t max) {
  if (value < min || value > max)
    add(field, "must be from " + std::to_string(min) + " to " + std::to_string(max));
}

void FieldChecks::object(std::string_view field, std::string_view text, std::size_t bytes_max) {
  auto value = json::parse(text, {.bytes_max = bytes_max, .depth_max = 16});
  if (!value || !value->is_object())
    add(field, "must be a JSON object of at most " + std::to_string(bytes_max) + " bytes");
}

Result<void> FieldChecks::finish() {
  if (errors_.empty()) return {};
  return fail(Error{.code = ErrorCode::invalid,
                    .message = "The request is not valid",
                    .details = std::move(errors_)});
}

Result<void> check(const NewCall& call) {
  FieldChecks checks;
  checks.line("session_id", call.session_id, name_bytes_max);
  checks.word("direction", call.direction, {"inbound", "outbound"});
  checks.line("caller_id", call.caller_id, name_bytes_max);
  checks.line("caller_name", call.caller_name, name_bytes_max);
  checks.line("dialled_number", call.dialled_number, name_bytes_max);
  checks.line("provider", call.provider, name_bytes_max);
  checks.object("metadata", call.metadata, metadata_bytes_max);
  if (!call.agent && call.dialled_number.empty())
    checks.add("agent_id", "is needed, unless dialled_number says who answers");
  return checks.finish();
}

Result<void> check(const TranscriptLine& line) {
  FieldChecks checks;
  checks.range("sequence_number", line.sequence_number, 0, 1'000'000);
  checks.word("speaker", line.speaker, {"customer", "agent", "system"});
  checks.prose("original_message", line.text, line_bytes_max);
  checks.prose("translated_message", line.translation, line_bytes_max);
  checks.line("language", line.language, 35);
  checks.word("sentiment", line.sentiment, {"", "positive", "neutral", "negative"});
  checks.range("starts_ms", line.starts_ms, 0, call_ms_max);
  checks.range("ends_ms", line.ends_ms, line.starts_ms, call_ms_max);
  for (auto [name, ms] : {std::pair("end_of_turn_ms", line.end_of_turn_ms),
                          {"recognised_ms", line.recognised_ms},
                          {"first_token_ms", line.first_token_ms},
                          {"first_audio_ms", line.first_audio_ms}})
    checks.range(name, ms, -1, call_ms_max);
  return checks.finish();
}

}  // namespace aiva::voice
