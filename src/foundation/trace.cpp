#include "foundation/trace.h"

#include <span>

#include "foundation/trace_recording.h"

namespace aiva {
namespace {

constexpr std::size_t traceparent_bytes = 55;
constexpr char digits[] = "0123456789abcdef";

int lower_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool read_hex(std::string_view text, std::uint8_t* out) {
  for (std::size_t i = 0; i < text.size(); i += 2) {
    int high = lower_hex_digit(text[i]);
    int low = lower_hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    *out++ = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
  for (auto byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  // 00-<32 hex trace id>-<16 hex parent id>-<2 hex flags>
  if (header.size() != traceparent_bytes || !header.starts_with("00-") || header[35] != '-' ||
      header[52] != '-')
    return std::nullopt;
  TraceContext trace;
  std::uint8_t flags = 0;
  if (!read_hex(header.substr(3, 32), trace.trace_id.data()) ||
      !read_hex(header.substr(36, 16), trace.span_id.data()) ||
      !read_hex(header.substr(53, 2), &flags))
    return std::nullopt;
  if (!trace.has_id() || trace.span_id == TraceContext{}.span_id) return std::nullopt;
  trace.is_sampled = (flags & 1) != 0;
  return trace;
}

std::string to_traceparent(const TraceContext& trace) {
  std::string header;
  header.reserve(traceparent_bytes);
  header += "00-";
  append_hex(header, trace.trace_id);
  header += '-';
  append_hex(header, trace.span_id);
  header += trace.is_sampled ? "-01" : "-00";
  return header;
}

}  // namespace aiva
