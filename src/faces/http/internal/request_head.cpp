#include "faces/http/internal/request_head.h"

#include <array>
#include <charconv>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

using Outcome = std::expected<void, Failure>;

Outcome refuse(const char* why) { return std::unexpected(bad_request(why)); }

// RFC 9110 §5.6.2: the characters of tokens.
constexpr std::array<bool, 256> make_token_characters() {
  std::array<bool, 256> is_token{};
  for (int c = '0'; c <= '9'; ++c) is_token[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) is_token[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) is_token[static_cast<std::size_t>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) is_token[static_cast<unsigned char>(c)] = true;
  return is_token;
}
constexpr auto token_characters = make_token_characters();

bool is_token(std::string_view text) {
  for (char c : text)
    if (!token_characters[static_cast<unsigned char>(c)]) return false;
  return !text.empty();
}

// Text without controls; blanks only where `may_have_blanks`.
bool is_printable(std::string_view text, bool may_have_blanks) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7F) continue;
    if (!may_have_blanks || (byte != ' ' && byte != '\t')) return false;
  }
  return true;
}

Outcome parse_request_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse("Malformed request line");
  auto method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  auto version = line.substr(last + 1);
  if (!is_token(method) || method.size() > 32) return refuse("Malformed request method");
  if (head.target.empty() || !is_printable(head.target, false))
    return refuse("Malformed request target");
  if (head.target.size() > limits.target_bytes_max) return std::unexpected(target_too_long());
  head.method = parse_method(method);
  if (version == "HTTP/1.1") {
    head.minor_version = 1;
  } else if (version == "HTTP/1.0") {
    head.minor_version = 0;
  } else {
    if (version.starts_with("HTTP/") && version.size() == 8 && version[6] == '.')
      return std::unexpected(version_not_supported());
    return refuse("Malformed HTTP version");
  }
  return {};
}

// What must be seen over all header lines before they can be judged.
struct Seen {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  bool is_close = false;
  bool is_keep_alive = false;
  bool is_upgrade = false;
  bool is_websocket = false;
  bool has_unknown_encoding = false;
};

Outcome read_length(std::string_view value, RequestHead& head, Seen& seen) {
  if (++seen.lengths > 1) return refuse("More than one Content-Length");
  std::uint64_t length = 0;
  const char* end = value.data() + value.size();
  auto [stopped, error] = std::from_chars(value.data(), end, length);
  if (value.empty() || value.size() > 18 || error != std::errc() || stopped != end)
    return refuse("Malformed Content-Length");
  head.content_length = length;
  return {};
}

void read_connection(std::string_view value, Seen& seen) {
  seen.is_close |= list_contains(value, "close");
  seen.is_keep_alive |= list_contains(value, "keep-alive");
  seen.is_upgrade |= list_contains(value, "upgrade");
}

// Remembers the headers the server itself needs, by the length of their names first.
Outcome note_header(const HeaderField& field, RequestHead& head, Seen& seen) {
  auto is = [&field](std::string_view name) { return equals_ignoring_case(field.name, name); };
  auto keep = [&field, &is](std::string_view name, std::string_view& slot) {
    if (slot.empty() && is(name)) slot = field.value;
  };
  switch (field.name.size()) {
    case 4:
      if (is("Host")) {
        ++seen.hosts;
        head.host = field.value;
      }
      break;
    case 5: keep("Range", head.range); break;
    case 6:
      keep("Origin", head.origin);
      if (is("Expect")) {
        if (!equals_ignoring_case(field.value, "100-continue"))
          return std::unexpected(expectation_failed());
        head.expects_continue = true;
      }
      break;
    case 7:
      if (is("Upgrade")) seen.is_websocket |= list_contains(field.value, "websocket");
      break;
    case 9: keep("X-API-Key", head.api_key); break;
    case 10:
      if (is("Connection")) read_connection(field.value, seen);
      break;
    case 11: keep("traceparent", head.traceparent); break;
    case 12:
      keep("Content-Type", head.content_type);
      keep("X-Request-Id", head.request_id);
      break;
    case 13: keep("Authorization", head.authorization); break;
    case 14:
      if (is("Content-Length")) return read_length(field.value, head, seen);
      break;
    case 15: keep("Accept-Encoding", head.accept_encoding); break;
    case 17:
      if (is("Transfer-Encoding")) {
        ++seen.encodings;
        head.is_chunked = equals_ignoring_case(field.value, "chunked");
        seen.has_unknown_encoding |= !head.is_chunked;
      }
      break;
    default: break;
  }
  return {};
}

Outcome parse_header_line(std::string_view line, RequestHead& head, Seen& seen) {
  if (line.front() == ' ' || line.front() == '\t') return refuse("Folded header line");
  auto colon = line.find(':');
  if (colon == std::string_view::npos) return refuse("Header line without a colon");
  HeaderField field{line.substr(0, colon), trim_blanks(line.substr(colon + 1))};
  if (!is_token(field.name)) return refuse("Malformed header name");
  if (!is_printable(field.value, true)) return refuse("Control character in a header");
  head.headers.push_back(field);
  return note_header(field, head, seen);
}

// RFC 9112 §6.3 and RFC 9110 §7.2: what the lines mean together.
Outcome judge(RequestHead& head, const Seen& seen) {
  if (seen.hosts > 1 || (seen.hosts == 0 && head.minor_version == 1))
    return refuse("Exactly one Host header is needed");
  if (seen.encodings > 0) {
    if (seen.lengths > 0) return refuse("Both Content-Length and Transfer-Encoding");
    if (seen.encodings > 1 || head.minor_version == 0) return refuse("Malformed Transfer-Encoding");
    if (seen.has_unknown_encoding)
      return std::unexpected(not_implemented("Only the chunked transfer encoding is understood"));
  }
  head.keeps_alive = !seen.is_close && (head.minor_version == 1 || seen.is_keep_alive);
  head.wants_upgrade = seen.is_upgrade && seen.is_websocket && head.minor_version == 1;
  if (head.minor_version == 0) head.expects_continue = false;
  return {};
}

void reset(RequestHead& head) {
  auto headers = std::move(head.headers);
  headers.clear();
  head = RequestHead{};
  head.headers = std::move(headers);
}

// Cuts one line with its CRLF off; fails on a bare CR or LF.
std::optional<std::string_view> cut_line(std::string_view& rest) {
  auto end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '\r') return std::nullopt;
  auto line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

Outcome parse_request_head(std::string_view text, const HeadLimits& limits, RequestHead& head) {
  reset(head);
  auto line = cut_line(text);
  if (!line) return refuse("Malformed line end");
  if (auto parsed = parse_request_line(*line, limits, head); !parsed) return parsed;
  Seen seen;
  for (;;) {
    line = cut_line(text);
    if (!line) return refuse("Malformed line end");
    if (line->empty()) break;
    if (head.headers.size() >= limits.headers_max) return std::unexpected(headers_too_large());
    if (auto parsed = parse_header_line(*line, head, seen); !parsed) return parsed;
  }
  return judge(head, seen);
}

}  // namespace aiva::http
