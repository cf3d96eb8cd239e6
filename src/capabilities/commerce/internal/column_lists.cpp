#include "capabilities/commerce/internal/column_lists.h"

#include <cstddef>

#include "foundation/json.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t bytes_max = 4 * 1024 * 1024;
constexpr std::size_t entries_max = 1000;

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

// Calls `each` for the entries of a JSON array.
template <class Each>
void for_entries(std::string_view text, Each each) {
  if (text.empty() || text == "[]") return;
  auto parsed = json::parse(text, {.bytes_max = bytes_max, .depth_max = 8});
  if (!parsed || !parsed->is_array()) return;
  std::size_t count = 0;
  for (const auto& entry : parsed->get_array()) {
    if (++count > entries_max) return;
    each(entry);
  }
}

}  // namespace

std::vector<std::string> read_tags(std::string_view text) {
  std::vector<std::string> tags;
  for_entries(text, [&tags](const json::Value& entry) {
    if (entry.is_string()) tags.emplace_back(entry.get_string());
  });
  return tags;
}

std::vector<StoreCollection> read_collections(std::string_view text) {
  std::vector<StoreCollection> collections;
  for_entries(text, [&collections](const json::Value& entry) {
    if (!entry.is_object()) return;
    const auto& object = entry.get_object();
    collections.push_back({.id = text_of(object, "id"), .title = text_of(object, "title")});
  });
  return collections;
}

std::vector<Metafield> read_metafields(std::string_view text) {
  std::vector<Metafield> fields;
  for_entries(text, [&fields](const json::Value& entry) {
    if (!entry.is_object()) return;
    const auto& object = entry.get_object();
    fields.push_back({.space = text_of(object, "space"),
                      .key = text_of(object, "key"),
                      .type = text_of(object, "type"),
                      .value = text_of(object, "value")});
  });
  return fields;
}

std::vector<ChosenOption> read_options(std::string_view text) {
  std::vector<ChosenOption> options;
  for_entries(text, [&options](const json::Value& entry) {
    if (!entry.is_object()) return;
    const auto& object = entry.get_object();
    options.push_back({.name = text_of(object, "name"), .value = text_of(object, "value")});
  });
  return options;
}

}  // namespace aiva::commerce
