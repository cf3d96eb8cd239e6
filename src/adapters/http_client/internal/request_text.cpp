#include "adapters/http_client/internal/request_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace aiva::http_client {
namespace {

constexpr std::array own_headers = {std::string_view("host"),
                                    std::string_view("content-length"),
                                    std::string_view("transfer-encoding"),
                                    std::string_view("connection"),
                                    std::string_view("expect"),
                                    std::string_view("upgrade"),
                                    std::string_view("te")};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_names(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [marks](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || marks.contains(c);
  });
}

// RFC 9110 section 5.5: no control characters but the tab.
bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool has_header(const HttpRequest& request, std::string_view name) {
  return std::ranges::any_of(
      request.headers, [name](const HttpHeader& header) { return equal_names(header.name, name); });
}

}  // namespace

Result<std::string> write_request_head(const HttpRequest& request, const Url& url) {
  if (!is_token(request.method)) return fail(ErrorCode::invalid, "Not a valid HTTP method");
  std::string head =
      request.method + " " + url.target + " HTTP/1.1\r\nHost: " + url.authority + "\r\n";
  for (const auto& header : request.headers) {
    bool is_own = std::ranges::any_of(
        own_headers, [&header](std::string_view name) { return equal_names(header.name, name); });
    if (is_own || !is_token(header.name) || !is_field_value(header.value))
      return fail(ErrorCode::invalid, "Not a valid HTTP header");
    head.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (!has_header(request, "User-Agent")) head += "User-Agent: aiva\r\n";
  if (!has_header(request, "Accept")) head += "Accept: */*\r\n";
  bool means_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  auto size = request.file ? request.file->size : std::uint64_t{request.body.size()};
  if (means_body || size > 0) head += "Content-Length: " + std::to_string(size) + "\r\n";
  return head + "\r\n";
}

bool is_idempotent(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

}  // namespace aiva::http_client
