#include "adapters/otlp/internal/span_json.h"

#include <charconv>
#include <chrono>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva::otlp {
namespace {

constexpr int status_error = 2;
constexpr std::uint32_t flag_sampled = 1;
constexpr std::size_t answer_bytes_max = 64 * 1024;

void write_text(JsonWriter& writer, std::string_view key, std::string_view text) {
  writer.begin_object().field("key", key).key("value").begin_object();
  if (is_valid_utf8(text))
    writer.field("stringValue", text);
  else
    writer.field("stringValue", repair_utf8(text));
  writer.end_object().end_object();
}

void write_number(JsonWriter& writer, std::string_view key, std::int64_t number) {
  writer.begin_object().field("key", key).key("value").begin_object();
  writer.field("intValue", std::to_string(number)).end_object().end_object();
}

void write_resource(JsonWriter& writer, const OtlpOptions& options) {
  writer.key("resource").begin_object().key("attributes").begin_array();
  write_text(writer, "service.name", options.service_name);
  if (!options.service_version.empty())
    write_text(writer, "service.version", options.service_version);
  if (!options.service_instance.empty())
    write_text(writer, "service.instance.id", options.service_instance);
  if (!options.role.empty()) write_text(writer, "aiva.role", options.role);
  write_text(writer, "telemetry.sdk.language", "cpp");
  writer.end_array().end_object();
}

void write_attributes(JsonWriter& writer, const RecordedTrace& trace, std::uint32_t span) {
  std::string_view text = trace.text;
  for (const auto& attribute : trace.attributes) {
    if (attribute.span != span) continue;
    if (attribute.is_text)
      write_text(writer, attribute.name,
                 text.substr(static_cast<std::size_t>(attribute.number), attribute.bytes));
    else
      write_number(writer, attribute.name, attribute.number);
  }
  if (span != 0) return;
  if (trace.is_slow) write_text(writer, "aiva.kept", "slow");
  if (trace.dropped > 0) write_number(writer, "aiva.spans_dropped", trace.dropped);
}

void write_span(JsonWriter& writer, const RecordedTrace& trace, std::uint32_t index) {
  const auto& span = trace.spans[index];
  auto ended = span.end == std::chrono::steady_clock::time_point{} ? span.begin : span.end;
  writer.begin_object();
  writer.field("traceId", to_hex(trace.trace_id)).field("spanId", to_hex(span.id));
  if (span.parent != SpanId{}) writer.field("parentSpanId", to_hex(span.parent));
  if (trace.is_sampled) writer.field("flags", flag_sampled);
  writer.field("name", repair_utf8(trace.name_of(span)));
  writer.field("kind", static_cast<int>(span.kind));
  writer.field("startTimeUnixNano", std::to_string(trace.unix_ns(span.begin)));
  writer.field("endTimeUnixNano", std::to_string(trace.unix_ns(ended)));
  writer.key("attributes").begin_array();
  write_attributes(writer, trace, index);
  writer.end_array();
  if (span.failure) {
    writer.key("status").begin_object();
    writer.field("message", to_string(*span.failure)).field("code", status_error).end_object();
  }
  writer.end_object();
}

}  // namespace

std::string write_request(const OtlpOptions& options, std::span<const RecordedTrace> traces) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().key("resourceSpans").begin_array().begin_object();
  write_resource(writer, options);
  writer.key("scopeSpans").begin_array().begin_object();
  writer.key("scope").begin_object().field("name", "aiva").end_object();
  writer.key("spans").begin_array();
  for (const auto& trace : traces)
    for (std::uint32_t i = 0; i < trace.spans.size(); ++i) write_span(writer, trace, i);
  writer.end_array().end_object().end_array();
  writer.end_object().end_array().end_object();
  return text;
}

// 64-bit numbers are strings in this mapping; some collectors write them as numbers.
std::int64_t count_rejected(std::string_view answer) {
  auto parsed = json::parse(answer, {.bytes_max = answer_bytes_max, .depth_max = 8});
  if (!parsed || !parsed->is_object()) return 0;
  const auto* partial = parsed->as_object().if_contains("partialSuccess");
  if (partial == nullptr || !partial->is_object()) return 0;
  const auto* rejected = partial->as_object().if_contains("rejectedSpans");
  if (rejected == nullptr) return 0;
  std::int64_t count = 0;
  if (rejected->is_int64()) count = rejected->as_int64();
  if (rejected->is_string()) {
    const auto& text = rejected->as_string();
    std::from_chars(text.data(), text.data() + text.size(), count);
  }
  return count < 0 ? 0 : count;
}

}  // namespace aiva::otlp
