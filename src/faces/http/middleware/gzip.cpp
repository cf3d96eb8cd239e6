#include "faces/http/middleware/gzip.h"

#include <algorithm>
#include <array>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

constexpr std::size_t worthwhile_bytes_min = 1024;
constexpr std::size_t compressed_bytes_max = 1024 * 1024;  // more would hold the loop up

bool is_text(std::string_view content_type) {
  auto type = media_type_of(content_type);
  constexpr std::array<std::string_view, 4> others = {"application/json", "application/javascript",
                                                      "application/xml", "image/svg+xml"};
  return type.empty() || type.starts_with("text/") || type.ends_with("+json") ||
         std::ranges::find(others, type) != others.end();
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  return accepts_coding(accept_encoding, "gzip");
}

void compress_answer(Exchange& exchange) {
  auto& response = exchange.response;
  if (response.producer || response.file) return;
  if (response.body.size() <= worthwhile_bytes_min || response.body.size() > compressed_bytes_max)
    return;
  if (!is_text(response.content_type)) return;
  exchange.extra_headers += "Vary: Accept-Encoding\r\n";
  if (!accepts_gzip(exchange.head.accept_encoding)) return;
  bool is_encoded = std::ranges::any_of(response.headers, [](const Header& header) {
    return equals_ignoring_case(header.name, "Content-Encoding");
  });
  std::string compressed;
  if (is_encoded || !exchange.thread.deflater().compress(response.body, compressed)) return;
  if (compressed.size() >= response.body.size()) return;
  response.body = std::move(compressed);
  exchange.extra_headers += "Content-Encoding: gzip\r\n";
}

}  // namespace aiva::http
