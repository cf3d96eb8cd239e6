#include "faces/http/endpoints/call_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/chat_json.h"
#include "faces/http/endpoints/credit_json.h"

namespace aiva::http {
namespace {

constexpr double ms_per_second = 1000;
constexpr double seconds_max = 24 * 3600;
constexpr double dollars_max = 1e6;
constexpr std::size_t line_bytes_max = 16 * 1024;
constexpr std::size_t name_bytes_max = 1000;  // the capability says how many may be
constexpr std::int64_t number_max = 1'000'000'000'000'000;

// An opinion score, 1…4.5, as a part of the best.
double in_percent(double mos) {
  return mos <= 0 ? 0 : std::clamp((mos - 1) / 3.5 * 100, 0.0, 100.0);
}
double in_seconds(std::int64_t ms) { return static_cast<double>(ms) / ms_per_second; }

void write_text(JsonWriter& writer, std::string_view name, const std::string& text) {
  if (text.empty())
    writer.null_field(name);
  else
    writer.field(name, text);
}

void write_measured(JsonWriter& writer, std::string_view name, std::int64_t ms) {
  if (ms < 0)
    writer.null_field(name);
  else
    writer.field(name, ms);
}

std::optional<std::string> read_line(json::Fields& fields, std::string_view name) {
  return fields.optional_text(name, {.length_max = name_bytes_max});
}

std::optional<std::int64_t> read_scaled(json::Fields& fields, std::string_view name, double max,
                                        double scale) {
  auto given = fields.optional_number(name, 0, max);
  if (!given) return std::nullopt;
  return std::llround(*given * scale);
}

std::optional<UnixMs> read_instant(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, {.length_max = 40});
  if (!text) return std::nullopt;
  auto instant = parse_iso8601(*text);
  if (!instant) fields.add_error(name, "must be an instant like 2030-01-31T00:00:00Z");
  return instant;
}

std::optional<std::string> read_metadata(json::Fields& fields) {
  const auto* object = fields.object("metadata");
  if (object == nullptr) return std::nullopt;
  return json::to_text(*object);
}

// Milliseconds since 1970, or ISO 8601.
std::optional<UnixMs> read_timestamp(json::Fields& fields, const json::Value& body) {
  const auto* object = body.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains("timestamp");
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_string()) return read_instant(fields, "timestamp");
  return fields.integer("timestamp", 0, 0, number_max);
}

}  // namespace

namespace {

void write_call_fields(JsonWriter& writer, const voice::Call& call) {
  writer.field("id", call.id).field("session_id", call.session_id).field("agent_id", call.agent);
  if (call.chat_session)
    writer.field("chat_session_id", *call.chat_session);
  else
    writer.null_field("chat_session_id");
  writer.field("direction", call.direction).field("status", call.status);
  write_text(writer, "end_reason", call.end_reason);
  write_text(writer, "transfer_target", call.transfer_target);
  write_text(writer, "provider", call.provider);
  write_text(writer, "caller_id", call.caller_id);
  write_text(writer, "caller_name", call.caller_name);
  write_text(writer, "dialled_number", call.dialled_number);
  write_text(writer, "answered_by", call.answered_by);
  if (call.asterisk_port == 0)
    writer.null_field("asterisk_port");
  else
    writer.field("asterisk_port", call.asterisk_port);
  writer.key("metadata").raw(call.metadata);
  writer.field("is_external", call.is_external).field("is_recorded", !call.recording_key.empty());
  write_text(writer, "recording_status", call.recording_status);
  writer.field("duration_seconds", in_seconds(call.duration_ms))
      .field("audio_in_seconds", in_seconds(call.audio_in_ms))
      .field("audio_out_seconds", in_seconds(call.audio_out_ms))
      .field("turns", call.turns)
      .field("interruptions", call.interruptions);
  if (call.mos > 0)
    writer.field("mos", call.mos);
  else
    writer.null_field("mos");
  writer.field("base_cost", in_dollars(call.base_cost))
      .field("profit_amount", in_dollars(call.final_cost - call.base_cost))
      .field("final_cost", in_dollars(call.final_cost))
      .field("created_at", to_iso8601(call.created_at));
  write_instant(writer, "start_time", call.started_at);
  write_instant(writer, "end_time", call.ended_at);
}

}  // namespace

void write_call(JsonWriter& writer, const voice::Call& call) {
  write_announced_call(writer, call, nullptr);
}

void write_found_call(JsonWriter& writer, const voice::FoundCall& found) {
  writer.begin_object();
  write_call_fields(writer, found.call);
  if (found.match) {
    writer.key("match");
    write_conversation_match(writer, *found.match);
  }
  writer.end_object();
}

void write_announced_call(JsonWriter& writer, const voice::Call& call,
                          const voice::MediaPort* port) {
  writer.begin_object();
  write_call_fields(writer, call);
  if (port != nullptr) writer.field("rtp_address", port->address()).field("rtp_port", port->port());
  writer.end_object();
}

void write_transcript_line(JsonWriter& writer, const voice::TranscriptLine& line) {
  writer.begin_object()
      .field("sequence_number", line.sequence_number)
      .field("speaker", line.speaker)
      .field("original_message", line.text);
  write_text(writer, "translated_message", line.translation);
  write_text(writer, "language", line.language);
  write_text(writer, "sentiment", line.sentiment);
  writer.field("starts_ms", line.starts_ms)
      .field("ends_ms", line.ends_ms)
      .field("is_interrupted", line.is_interrupted)
      .key("latency")
      .begin_object();
  write_measured(writer, "end_of_turn_ms", line.end_of_turn_ms);
  write_measured(writer, "recognised_ms", line.recognised_ms);
  write_measured(writer, "first_token_ms", line.first_token_ms);
  write_measured(writer, "first_audio_ms", line.first_audio_ms);
  writer.end_object().end_object();
}

void write_call_analytics(JsonWriter& writer, const voice::CallAnalytics& analytics, int days) {
  auto mean = [&analytics](std::int64_t sum) {
    return analytics.talked == 0 ? 0.0
                                 : static_cast<double>(sum) / static_cast<double>(analytics.talked);
  };
  writer.begin_object()
      .field("days", days)
      .field("total_calls", analytics.total)
      .key("statuses")
      .begin_object();
  for (const auto& [status, calls] : analytics.statuses) writer.field(status, calls);
  writer.end_object()
      .field("inbound", analytics.inbound)
      .field("outbound", analytics.outbound)
      .field("total_duration_seconds", in_seconds(analytics.duration_ms))
      .field("average_duration_seconds", mean(analytics.duration_ms) / ms_per_second)
      .field("average_turns", mean(analytics.turns))
      .field("interruptions", analytics.interruptions)
      .field("base_cost", in_dollars(analytics.base_cost))
      .field("total_cost", in_dollars(analytics.final_cost))
      .field("average_mos", analytics.mean_mos)
      .field("quality_percent", in_percent(analytics.mean_mos))
      .field("average_first_audio_ms", analytics.mean_first_audio_ms)
      .key("sentiment")
      .begin_object()
      .field("positive", analytics.positive)
      .field("neutral", analytics.neutral)
      .field("negative", analytics.negative)
      .end_object()
      .key("by_day")
      .begin_array();
  for (const auto& day : analytics.days)
    writer.begin_object()
        .field("day", to_iso8601(day.begins_at).substr(0, 10))
        .field("calls", day.calls)
        .field("duration_seconds", in_seconds(day.duration_ms))
        .field("cost", in_dollars(day.final_cost))
        .end_object();
  writer.end_array().end_object();
}

void write_number(JsonWriter& writer, const voice::Number& number) {
  writer.begin_object()
      .field("id", number.id)
      .field("did", number.did)
      .field("agent_id", number.agent)
      .field("label", number.label)
      .field("is_active", number.is_active)
      .field("created_at", to_iso8601(number.created_at))
      .field("updated_at", to_iso8601(number.updated_at))
      .end_object();
}

std::optional<AgentId> read_agent_id(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, {.length_max = 100});
  if (!text) return std::nullopt;
  auto agent = AgentId::parse(*text);
  if (!agent) fields.add_error(name, "must be an id");
  return agent;
}

voice::NewCall read_new_call(json::Fields& fields) {
  voice::NewCall call{.agent = read_agent_id(fields, "agent_id")};
  call.session_id = read_line(fields, "session_id").value_or(call.session_id);
  call.direction = read_line(fields, "direction").value_or(call.direction);
  call.caller_id = read_line(fields, "caller_id").value_or(call.caller_id);
  call.caller_name = read_line(fields, "caller_name").value_or(call.caller_name);
  call.dialled_number = read_line(fields, "dialled_number").value_or(call.dialled_number);
  call.provider = read_line(fields, "provider").value_or(call.provider);
  call.metadata = read_metadata(fields).value_or(call.metadata);
  call.record = fields.optional_boolean("record");
  return call;
}

voice::RecordedCall read_recorded_call(json::Fields& fields) {
  constexpr double micro = 1e6;
  voice::RecordedCall call{.session_id = read_line(fields, "session_id"),
                           .agent = read_agent_id(fields, "agent_id"),
                           .direction = read_line(fields, "direction"),
                           .status = read_line(fields, "status"),
                           .caller_id = read_line(fields, "caller_id"),
                           .caller_name = read_line(fields, "caller_name"),
                           .dialled_number = read_line(fields, "dialled_number"),
                           .provider = read_line(fields, "provider"),
                           .metadata = read_metadata(fields)};
  if (call.direction && *call.direction != "inbound" && *call.direction != "outbound")
    fields.add_error("direction", "must be inbound or outbound");
  if (fields.has("asterisk_port"))
    call.asterisk_port = fields.integer("asterisk_port", 0, 0, std::numeric_limits<int>::max());
  call.started_at = read_instant(fields, "start_time");
  call.ended_at = read_instant(fields, "end_time");
  call.duration_ms = read_scaled(fields, "duration_seconds", seconds_max, ms_per_second);
  call.audio_in_ms = read_scaled(fields, "audio_in_seconds", seconds_max, ms_per_second);
  call.audio_out_ms = read_scaled(fields, "audio_out_seconds", seconds_max, ms_per_second);
  call.base_cost = read_scaled(fields, "base_cost", dollars_max, micro);
  call.final_cost = read_scaled(fields, "final_cost", dollars_max, micro);
  return call;
}

SentLine read_sent_line(json::Fields& fields, const json::Value& body) {
  SentLine sent{.session_id = fields.text("session_id", {.length_min = 1, .length_max = 100})};
  auto& line = sent.line;
  line.speaker = fields.text("speaker", {.length_min = 1, .length_max = 20});
  if (line.speaker == "user") line.speaker = "customer";
  if (line.speaker == "assistant") line.speaker = "agent";
  if (!fields.has("sequence_number")) fields.add_error("sequence_number", "is needed");
  line.sequence_number = fields.integer("sequence_number", 0, 0, number_max);
  line.text = fields.text("original_message", {.length_max = line_bytes_max});
  line.translation =
      fields.optional_text("translated_message", {.length_max = line_bytes_max}).value_or("");
  line.language = read_line(fields, "language").value_or("");
  line.sentiment = read_line(fields, "sentiment").value_or("");
  sent.spoken_at = read_timestamp(fields, body);
  return sent;
}

}  // namespace aiva::http
