#include "capabilities/functions/internal/header_json.h"

#include "foundation/json.h"

namespace aiva::functions {

std::string headers_to_json(const std::vector<HeaderTemplate>& headers) {
  json::Object object;
  for (const auto& [name, value] : headers) object[name] = value;
  return json::to_text(object);
}

std::vector<HeaderTemplate> headers_from_json(std::string_view text) {
  std::vector<HeaderTemplate> headers;
  auto value = json::parse(text);
  const auto* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return headers;
  for (const auto& member : *object)
    if (const auto* content = member.value().if_string())
      headers.push_back({std::string(member.key()), std::string(std::string_view(*content))});
  return headers;
}

}  // namespace aiva::functions
