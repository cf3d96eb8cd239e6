#include "faces/http/method.h"

#include <array>

namespace aiva::http {
namespace {

constexpr std::array<std::string_view, method_count> names = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"};

}  // namespace

std::string_view to_string(Method method) { return names[static_cast<std::size_t>(method)]; }

Method parse_method(std::string_view name) {
  for (std::size_t i = 0; i + 1 < names.size(); ++i)
    if (names[i] == name) return static_cast<Method>(i);
  return Method::other;
}

}  // namespace aiva::http
