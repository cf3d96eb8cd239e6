#include "faces/http/internal/response_head.h"

#include <charconv>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_framing(std::string& out, const Exchange& exchange, const Framing& framing) {
  int status = exchange.response.status;
  bool has_no_body = status < 200 || status == 204 || status == 304;
  if (!has_no_body) {
    if (framing.is_chunked) out += "Transfer-Encoding: chunked\r\n";
    if (framing.length) {
      out += "Content-Length: ";
      append_number(out, *framing.length);
      out += "\r\n";
    }
  }
  if (!framing.keeps_alive)
    out += "Connection: close\r\n";
  else if (exchange.head.minor_version == 0)
    out += "Connection: keep-alive\r\n";
}

}  // namespace

void append_response_head(std::string& out, const Exchange& exchange, const Framing& framing) {
  const auto& response = exchange.response;
  if (response.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::uint64_t>(response.status));
    out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  }
  out += exchange.thread.date_header();
  bool has_body = framing.length.value_or(1) > 0;
  if (!response.content_type.empty() && is_header_safe(response.content_type))
    append_line(out, "Content-Type", response.content_type);
  else if (has_body)
    out += "Content-Type: application/json\r\n";
  append_framing(out, exchange, framing);
  out += exchange.extra_headers;
  for (const auto& header : response.headers)
    if (is_header_safe(header.value)) append_line(out, header.name, header.value);
  out += "\r\n";
}

}  // namespace aiva::http
