#include "capabilities/commerce/internal/product_json.h"

#include <functional>

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::commerce {
namespace {

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

// Calls `each` with every object of an array.
void each_object(std::string_view text, const std::function<void(const json::Object&)>& each) {
  auto value = json::parse(text);
  if (!value || !value->is_array()) return;
  for (const auto& element : value->get_array())
    if (element.is_object()) each(element.get_object());
}

std::vector<std::string> texts_of(const json::Value& value) {
  std::vector<std::string> texts;
  if (!value.is_array()) return texts;
  for (const auto& element : value.get_array())
    if (element.is_string()) texts.emplace_back(element.get_string());
  return texts;
}

void write_texts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const auto& text : texts) json.value(text);
  json.end_array();
}

}  // namespace

std::string texts_to_json(const std::vector<std::string>& texts) {
  std::string out;
  JsonWriter json(out);
  write_texts(json, texts);
  return out;
}

std::vector<std::string> texts_from_json(std::string_view text) {
  auto value = json::parse(text);
  if (!value) return {};
  return texts_of(*value);
}

std::string collections_to_json(const std::vector<StoreCollection>& collections) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& collection : collections) {
    json.begin_object().field("id", collection.id);
    json.field("title", collection.title).end_object();
  }
  json.end_array();
  return out;
}

std::vector<StoreCollection> collections_from_json(std::string_view text) {
  std::vector<StoreCollection> found;
  each_object(text, [&found](const json::Object& object) {
    found.push_back({.id = text_of(object, "id"), .title = text_of(object, "title")});
  });
  return found;
}

std::string options_to_json(const std::vector<ChosenOption>& options) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& option : options) {
    json.begin_object().field("name", option.name);
    json.field("value", option.value).end_object();
  }
  json.end_array();
  return out;
}

std::vector<ChosenOption> options_from_json(std::string_view text) {
  std::vector<ChosenOption> found;
  each_object(text, [&found](const json::Object& object) {
    found.push_back({.name = text_of(object, "name"), .value = text_of(object, "value")});
  });
  return found;
}

std::string metafields_to_json(const std::vector<Metafield>& metafields) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& field : metafields) {
    json.begin_object().field("space", field.space).field("key", field.key);
    json.field("type", field.type).field("value", field.value).end_object();
  }
  json.end_array();
  return out;
}

std::vector<Metafield> metafields_from_json(std::string_view text) {
  std::vector<Metafield> found;
  each_object(text, [&found](const json::Object& object) {
    found.push_back({.space = text_of(object, "space"),
                     .key = text_of(object, "key"),
                     .type = text_of(object, "type"),
                     .value = text_of(object, "value")});
  });
  return found;
}

std::string states_to_json(const std::vector<ProductState>& states) {
  std::vector<std::string> names;
  for (auto state : states) names.emplace_back(to_string(state));
  return texts_to_json(names);
}

std::vector<ProductState> states_from_json(std::string_view text) {
  std::vector<ProductState> states;
  for (const auto& name : texts_from_json(text))
    if (auto state = parse_product_state(name)) states.push_back(*state);
  return states;
}

std::string identity_to_json(const StoreIdentity& identity) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("name", identity.name).field("domain", identity.domain);
  json.field("currency", identity.currency).field("time_zone", identity.time_zone);
  json.key("scopes");
  write_texts(json, identity.scopes);
  json.end_object();
  return out;
}

StoreIdentity identity_from_json(std::string_view text) {
  auto value = json::parse(text);
  if (!value || !value->is_object()) return {};
  const auto& object = value->get_object();
  StoreIdentity identity{.name = text_of(object, "name"),
                         .domain = text_of(object, "domain"),
                         .currency = text_of(object, "currency"),
                         .time_zone = text_of(object, "time_zone")};
  if (const auto* scopes = object.if_contains("scopes")) identity.scopes = texts_of(*scopes);
  return identity;
}

}  // namespace aiva::commerce
