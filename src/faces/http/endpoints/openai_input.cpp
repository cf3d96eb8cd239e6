#include "faces/http/endpoints/openai_input.h"

#include <algorithm>

namespace aiva::http {

void refuse_fields_besides(json::Fields& fields, const json::Object& object,
                           std::span<const std::string_view> names) {
  for (const auto& [name, value] : object) {
    if (value.is_null()) continue;
    std::string_view text(name.data(), name.size());
    if (std::ranges::find(names, text) == names.end())
      fields.add_error(text.substr(0, 100), "is not supported here");
  }
}

void add_mistakes(json::Fields& outer, json::Fields& inner) {
  auto outcome = inner.finish();
  if (outcome) return;
  for (auto& detail : outcome.error().details)
    outer.add_error(detail.field, std::move(detail.message));
}

std::string element_path(std::string_view array, std::size_t index, std::string_view field) {
  std::string path(array);
  path.append("[").append(std::to_string(index)).append("]");
  if (!field.empty()) path.append(".").append(field);
  return path;
}

std::string_view text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

}  // namespace aiva::http
