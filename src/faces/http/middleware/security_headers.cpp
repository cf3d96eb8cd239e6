#include "faces/http/middleware/security_headers.h"

#include <algorithm>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [name](const Header& header) {
    return equals_ignoring_case(header.name, name);
  });
}

}  // namespace

void add_security_headers(Exchange& exchange) {
  auto& headers = exchange.extra_headers;
  const auto& response = exchange.response;
  headers += "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";
  // A page with a policy of its own says there who may show it in a frame.
  if (!has_header(response, "Content-Security-Policy")) headers += "X-Frame-Options: DENY\r\n";
  if (exchange.peer.is_secure)
    headers += "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";
  if (!has_header(response, "Cache-Control")) headers += "Cache-Control: no-store\r\n";
  if (response.content_type.starts_with("text/html") &&
      !has_header(response, "Content-Security-Policy"))
    headers +=
        "Content-Security-Policy: default-src 'self'; script-src 'self'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n";
}

}  // namespace aiva::http
