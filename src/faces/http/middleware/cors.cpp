#include "faces/http/middleware/cors.h"

#include <algorithm>

namespace aiva::http {

bool Cors::allows(std::string_view origin) const {
  return std::ranges::any_of(origins_, [origin](const std::string& allowed) {
    return allowed == "*" || allowed == origin;
  });
}

void Cors::add_headers(Exchange& exchange) const {
  if (origins_.empty()) return;
  auto& headers = exchange.extra_headers;
  headers += "Vary: Origin\r\n";
  auto origin = exchange.head.origin;
  if (origin.empty() || !allows(origin)) return;
  headers.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
  headers +=
      "Access-Control-Expose-Headers: X-Request-Id, Retry-After, RateLimit-Limit, "
      "RateLimit-Remaining, RateLimit-Reset, Content-Disposition, Idempotency-Replayed\r\n";
}

void Cors::answer_options(Exchange& exchange, std::string_view allowed_methods) const {
  exchange.is_answered = true;
  exchange.response = empty_response();
  auto& headers = exchange.extra_headers;
  headers.append("Allow: ").append(allowed_methods).append("\r\n");
  auto asked = exchange.request.header("Access-Control-Request-Method");
  auto origin = exchange.head.origin;
  if (asked.empty() || origin.empty() || !allows(origin)) return;
  headers.append("Access-Control-Allow-Methods: ").append(allowed_methods).append("\r\n");
  headers +=
      "Access-Control-Allow-Headers: Authorization, Content-Type, X-API-Key, X-Request-Id, "
      "Idempotency-Key, traceparent, Last-Event-ID, MCP-Protocol-Version\r\n"
      "Access-Control-Max-Age: 7200\r\n";
}

}  // namespace aiva::http
