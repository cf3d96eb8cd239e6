#include "faces/http/endpoints/segment_json.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "foundation/text/language_tag.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

constexpr std::size_t line_bytes_max = 1000;  // the capability says how many may be
constexpr std::size_t text_bytes_max = 10'000;
constexpr std::size_t languages_max = 200;
constexpr std::size_t values_max = 200;
constexpr std::size_t value_bytes_max = 4000;

std::string_view text_in(const json::Value& value) {
  const auto* text = value.if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

void read_contents(json::Fields& fields, voice::Contents& contents) {
  const auto* object = fields.object("contents");
  if (object == nullptr) return;
  if (object->size() > languages_max) return fields.add_error("contents", "has too many languages");
  for (const auto& member : *object) {
    std::string_view tag = member.key();
    if (!is_language_tag(tag)) {
      fields.add_error("contents", "must be under language tags like en or pt-BR (BCP 47)");
      continue;
    }
    auto language = normalise_language_tag(tag);
    if (member.value().is_null())
      contents.erase(language);
    else if (!member.value().is_string() || text_in(member.value()).size() > text_bytes_max)
      fields.add_error("contents." + language, "must be a text of at most 4000 bytes");
    else
      contents[language] = text_in(member.value());
  }
}

}  // namespace

std::vector<std::string> places_of(const voice::Segment& segment) {
  std::vector<std::string> names;
  for (const auto& [language, text] : segment.contents)
    for (auto& name : voice::places_of(text))
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  return names;
}

void write_segment(JsonWriter& writer, const voice::Segment& segment) {
  writer.begin_object()
      .field("id", segment.id)
      .field("agent_id", segment.agent)
      .field("key", segment.key)
      .field("kind", segment.kind)
      .field("description", segment.description)
      .key("contents")
      .begin_object();
  for (const auto& [language, text] : segment.contents) writer.field(language, text);
  writer.end_object().key("variables").begin_array();
  for (const auto& name : places_of(segment)) writer.value(name);
  writer.end_array()
      .field("created_at", to_iso8601(segment.created_at))
      .field("updated_at", to_iso8601(segment.updated_at))
      .end_object();
}

void read_segment(json::Fields& fields, voice::Segment& segment) {
  if (auto key = fields.optional_text("key", {.length_max = line_bytes_max})) segment.key = *key;
  if (auto kind = fields.optional_text("kind", {.length_max = line_bytes_max}))
    segment.kind = *kind;
  if (auto text = fields.optional_text("description", {.length_max = text_bytes_max}))
    segment.description = *text;
  read_contents(fields, segment.contents);
}

voice::TextValues read_values(json::Fields& fields, const json::Object& object) {
  voice::TextValues values;
  if (object.size() > values_max) fields.add_error("variables", "may be at most 200");
  for (const auto& member : object) {
    const auto& value = member.value();
    std::string name(member.key());
    if (value.is_null()) continue;
    if (value.is_object() || value.is_array()) {
      fields.add_error("variables." + name, "must be a text, a number or a flag");
      continue;
    }
    auto text = value.is_string() ? std::string(text_in(value)) : json::to_text(value);
    if (text.size() > value_bytes_max)
      fields.add_error("variables." + name, "must have at most 4000 bytes");
    else
      values.emplace(std::move(name), std::move(text));
  }
  return values;
}

}  // namespace aiva::http
