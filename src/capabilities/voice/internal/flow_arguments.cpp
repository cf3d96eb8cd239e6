#include "capabilities/voice/internal/flow_arguments.h"

#include <optional>

#include "foundation/json.h"

namespace aiva::voice {
namespace {

bool is_type(const json::Value& schema, std::string_view type) {
  const auto* object = schema.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains("type");
  return found != nullptr && found->is_string() && std::string_view(found->get_string()) == type;
}

std::optional<json::Value> fit(const json::Value& text, const json::Value& schema) {
  if (!text.is_string()) return std::nullopt;
  std::string_view said = text.get_string();
  if (is_type(schema, "boolean") && (said == "yes" || said == "no"))
    return json::Value(said == "yes");
  if (!is_type(schema, "integer") && !is_type(schema, "number")) return std::nullopt;
  auto number = json::parse(said);
  if (!number || !number->is_number()) return std::nullopt;
  return *std::move(number);
}

}  // namespace

std::string fit_arguments(std::string_view arguments, std::string_view schema) {
  auto given = json::parse(arguments);
  auto wanted = json::parse(schema);
  if (!given || !given->is_object() || !wanted || !wanted->is_object())
    return std::string(arguments);
  const auto* properties = wanted->get_object().if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return std::string(arguments);
  for (auto& argument : given->get_object()) {
    const auto* property = properties->get_object().if_contains(argument.key());
    if (property == nullptr) continue;
    if (auto fitted = fit(argument.value(), *property)) argument.value() = *std::move(fitted);
  }
  return json::to_text(*given);
}

}  // namespace aiva::voice
