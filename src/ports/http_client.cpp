#include "ports/http_client.h"

#include <algorithm>

namespace aiva {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_names(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  auto found = std::ranges::find_if(
      headers, [name](const HttpHeader& header) { return equal_names(header.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace aiva
