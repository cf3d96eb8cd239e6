#include "capabilities/chat/internal/sources_json.h"

#include <algorithm>
#include <array>
#include <optional>

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::chat {
namespace {

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  const auto& text = value->get_string();
  return {text.data(), text.size()};
}

double number_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
}

std::optional<Box> box_of(const json::Object& object) {
  const auto* value = object.if_contains("bbox");
  if (value == nullptr || !value->is_array() || value->get_array().size() != 4) return std::nullopt;
  std::array<float, 4> sides{};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const auto& side = value->get_array()[i];
    if (!side.is_number()) return std::nullopt;
    sides[i] = side.to_number<float>();
  }
  return Box{.left = sides[0], .top = sides[1], .right = sides[2], .bottom = sides[3]};
}

Source source_from(const json::Object& object) {
  const auto* is_cited = object.if_contains("is_cited");
  return {.number = static_cast<int>(number_of(object, "number")),
          .document = DocumentId::parse(text_of(object, "document_id")).value_or(DocumentId{}),
          .document_name = text_of(object, "document_name"),
          .document_version = std::max(1, static_cast<int>(number_of(object, "document_version"))),
          .chunk = ChunkId::parse(text_of(object, "chunk_id")).value_or(ChunkId{}),
          .page = static_cast<int>(number_of(object, "page")),
          .box = box_of(object),
          .quote = text_of(object, "quote"),
          .heading_path = text_of(object, "heading_path"),
          .score = number_of(object, "score"),
          .is_cited = is_cited == nullptr || !is_cited->is_bool() || is_cited->get_bool()};
}

// [left, top, right, bottom], or null.
void write_box(JsonWriter& writer, const std::optional<Box>& box) {
  if (!box) {
    writer.null();
    return;
  }
  writer.begin_array();
  for (float side : {box->left, box->top, box->right, box->bottom})
    writer.value(static_cast<double>(side));
  writer.end_array();
}

}  // namespace

std::string sources_to_json(const std::vector<Source>& sources) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& source : sources) {
    writer.begin_object()
        .field("number", source.number)
        .field("document_id", source.document)
        .field("document_name", source.document_name)
        .field("document_version", source.document_version)
        .field("chunk_id", source.chunk)
        .field("page", source.page)
        .key("bbox");
    write_box(writer, source.box);
    writer.field("quote", source.quote)
        .field("heading_path", source.heading_path)
        .field("score", source.score)
        .field("is_cited", source.is_cited)
        .end_object();
  }
  writer.end_array();
  return text;
}

std::vector<Source> sources_from_json(std::string_view text) {
  std::vector<Source> sources;
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_array()) return sources;
  for (const auto& entry : parsed->get_array())
    if (const auto* object = entry.if_object()) sources.push_back(source_from(*object));
  return sources;
}

}  // namespace aiva::chat
