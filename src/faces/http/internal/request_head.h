#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "faces/http/error_table.h"
#include "faces/http/method.h"
#include "faces/http/request.h"

namespace aiva::http {

struct HeadLimits {
  std::size_t target_bytes_max = 8 * 1024;
  std::size_t headers_max = 100;
};

// The parsed head of one request (RFC 9112 §2–6). All views point into the parsed text.
struct RequestHead {
  Method method = Method::get;
  std::string_view target;
  int minor_version = 1;
  std::vector<HeaderField> headers;

  bool keeps_alive = true;
  bool is_chunked = false;
  std::optional<std::uint64_t> content_length;
  bool expects_continue = false;
  bool wants_upgrade = false;  // Connection: upgrade with Upgrade: websocket

  // Values the middleware asks for; empty when absent.
  std::string_view host;
  std::string_view content_type;
  std::string_view authorization;
  std::string_view api_key;
  std::string_view accept_encoding;
  std::string_view origin;
  std::string_view request_id;
  std::string_view traceparent;
  std::string_view range;

  [[nodiscard]] bool has_body() const { return is_chunked || content_length.value_or(0) > 0; }
};

// Parses a complete head (it ends in an empty line) into `head`, whose memory is reused. Strict:
// bare line feeds, folded lines, doubtful lengths and control characters are refused, because what
// two parsers read differently can smuggle a request.
std::expected<void, Failure> parse_request_head(std::string_view text, const HeadLimits& limits,
                                                RequestHead& head);

}  // namespace aiva::http
