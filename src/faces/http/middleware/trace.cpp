#include "faces/http/middleware/trace.h"

#include <cstring>

namespace aiva::http {
namespace {

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

void append_hex(std::string& out, const std::uint8_t* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  // 00-<32 hex trace id>-<16 hex parent id>-<2 hex flags>
  if (header.size() != 55 || !header.starts_with("00-") || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  TraceContext trace;
  std::uint8_t flags = 0;
  if (!read_hex(header.substr(3, 32), trace.trace_id.data()) ||
      !read_hex(header.substr(36, 16), trace.span_id.data()) ||
      !read_hex(header.substr(53, 2), &flags))
    return std::nullopt;
  if (trace.trace_id == TraceContext{}.trace_id || trace.span_id == TraceContext{}.span_id)
    return std::nullopt;
  trace.is_sampled = (flags & 1) != 0;
  return trace;
}

void continue_trace(Exchange& exchange) {
  auto& trace = exchange.context.trace;
  auto incoming = parse_traceparent(exchange.head.traceparent);
  if (incoming) {
    trace = *incoming;
  } else {
    std::uint64_t bits[2] = {exchange.thread.random() | 1, exchange.thread.random()};
    std::memcpy(trace.trace_id.data(), bits, sizeof bits);
    trace.is_sampled = false;
  }
  auto span = exchange.thread.random() | 1;
  std::memcpy(trace.span_id.data(), &span, sizeof span);

  auto& headers = exchange.extra_headers;
  headers += "traceparent: 00-";
  append_hex(headers, trace.trace_id.data(), trace.trace_id.size());
  headers += '-';
  append_hex(headers, trace.span_id.data(), trace.span_id.size());
  headers += trace.is_sampled ? "-01\r\n" : "-00\r\n";
}

}  // namespace aiva::http
