#include "app/routes.h"
#include "foundation/json_writer.h"

namespace aiva::app {
namespace {

std::string_view name_of(const http::Right& right) {
  if (right.is_anyone()) return "anyone";
  if (auto permission = right.permission()) return identity::to_string(*permission);
  return "signed_in";
}

}  // namespace

std::string describe_routes(const std::vector<http::Route>& routes, bool is_json) {
  std::string text;
  if (!is_json) {
    for (const auto& route : routes) {
      std::string line(http::to_string(route.method));
      line.resize(8, ' ');
      line += route.path;
      line.resize(std::max<std::size_t>(line.size() + 2, 80), ' ');
      text.append(line).append(name_of(route.right)).append("\n");
    }
    return text;
  }
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& route : routes) {
    writer.begin_object().field("method", http::to_string(route.method));
    writer.field("path", route.path).field("right", name_of(route.right));
    writer.field("is_streaming", route.options.is_streaming).end_object();
  }
  writer.end_array();
  return text;
}

}  // namespace aiva::app
