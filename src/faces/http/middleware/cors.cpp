#include "faces/http/middleware/cors.h"

#include <algorithm>

namespace aiva::http {

bool Cors::allows(std::string_view origin) const {
  return std::ranges::any_of(origins_, [origin](const std::string& allowed) {
    return allowed == "*" || allowed == origin;
  });
}

void Cors::vary(Exchange& exchange) const {
  if (origins_.empty()) exchange.extra_headers += "Vary: Origin\r\n";
}

void Cors::let_in(Exchange& exchange, std::string_view allowed_methods) {
  auto& headers = exchange.extra_headers;
  headers.append("Access-Control-Allow-Origin: ").append(exchange.head.origin).append("\r\n");
  headers +=
      "Access-Control-Expose-Headers: X-Request-Id, traceparent, Retry-After, RateLimit-Limit, "
      "RateLimit-Remaining, RateLimit-Reset, Content-Disposition, Idempotency-Replayed\r\n";
  if (!allowed_methods.empty()) allow_methods(exchange, allowed_methods);
}

void Cors::allow_methods(Exchange& exchange, std::string_view allowed_methods) {
  auto& headers = exchange.extra_headers;
  headers.append("Access-Control-Allow-Methods: ").append(allowed_methods).append("\r\n");
  headers +=
      "Access-Control-Allow-Headers: Authorization, Content-Type, X-API-Key, X-Request-Id, "
      "Idempotency-Key, traceparent, Last-Event-ID, MCP-Protocol-Version, X-Chat-Token\r\n"
      "Access-Control-Max-Age: 7200\r\n";
}

void Cors::add_headers(Exchange& exchange) const {
  if (origins_.empty()) return;
  exchange.extra_headers += "Vary: Origin\r\n";
  auto origin = exchange.head.origin;
  if (!origin.empty() && allows(origin)) let_in(exchange, {});
}

void Cors::answer_options(Exchange& exchange, std::string_view allowed_methods) const {
  exchange.is_answered = true;
  exchange.response = empty_response();
  exchange.extra_headers.append("Allow: ").append(allowed_methods).append("\r\n");
  auto asked = exchange.request.header("Access-Control-Request-Method");
  auto origin = exchange.head.origin;
  if (!asked.empty() && !origin.empty() && allows(origin)) allow_methods(exchange, allowed_methods);
}

}  // namespace aiva::http
