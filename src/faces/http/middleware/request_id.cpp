#include "faces/http/middleware/request_id.h"

#include <algorithm>

namespace aiva::http {
namespace {

constexpr std::size_t length_max = 128;

}  // namespace

bool is_sane_request_id(std::string_view text) {
  return !text.empty() && text.size() <= length_max && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("._:/+=-").find(c) != std::string_view::npos;
  });
}

void give_request_id(Exchange& exchange) {
  auto& id = exchange.request.request_id;
  if (is_sane_request_id(exchange.head.request_id)) {
    id = exchange.head.request_id;
  } else {
    constexpr char digits[] = "0123456789abcdef";
    id.clear();
    for (auto byte : exchange.context.trace.trace_id) {
      id += digits[byte >> 4];
      id += digits[byte & 15];
    }
  }
  exchange.extra_headers.append("X-Request-Id: ").append(id).append("\r\n");
}

}  // namespace aiva::http
