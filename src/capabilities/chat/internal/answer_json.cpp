#include "capabilities/chat/internal/answer_json.h"

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::chat {
namespace {

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

bool flag_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

double number_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0.0;
}

Moderated moderation_from(const json::Object& decision) {
  const auto* value = decision.if_contains("moderation");
  const auto* object = value == nullptr ? nullptr : value->if_object();
  if (object == nullptr) return {};
  Moderated moderation{.message = text_of(*object, "message"),
                       .answer = text_of(*object, "answer"),
                       .is_unchecked = flag_of(*object, "is_unchecked")};
  const auto* categories = object->if_contains("categories");
  if (categories == nullptr || !categories->is_array()) return moderation;
  for (const auto& category : categories->get_array())
    if (category.is_string()) moderation.categories.emplace_back(category.get_string());
  return moderation;
}

// Calls `each` with every object of a JSON array.
template <class Each>
void for_each_object(std::string_view text, Each each) {
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_array()) return;
  for (const auto& entry : parsed->get_array())
    if (const auto* object = entry.if_object()) each(*object);
}

}  // namespace

std::string calls_to_json(const std::vector<functions::ToolOutcome>& calls) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& call : calls)
    writer.begin_object()
        .field("name", call.name)
        .field("arguments", call.arguments)
        .field("result", call.result)
        .field("is_error", call.is_error)
        .field("is_pending", call.is_pending)
        .field("time_ms", call.time_ms)
        .end_object();
  writer.end_array();
  return text;
}

std::vector<functions::ToolOutcome> calls_from_json(std::string_view text) {
  std::vector<functions::ToolOutcome> calls;
  for_each_object(text, [&calls](const json::Object& object) {
    calls.push_back({.name = text_of(object, "name"),
                     .arguments = text_of(object, "arguments"),
                     .result = text_of(object, "result"),
                     .is_error = flag_of(object, "is_error"),
                     .is_pending = flag_of(object, "is_pending"),
                     .time_ms = number_of(object, "time_ms")});
  });
  return calls;
}

std::string images_to_json(const std::vector<ShownImage>& images) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& image : images) {
    writer.begin_object()
        .field("id", image.id)
        .field("kb_id", image.knowledge_base)
        .field("url", image.url)
        .field("thumbnail_url", image.thumbnail_url)
        .field("filename", image.filename)
        .field("type", image.media_type)
        .field("width", image.width)
        .field("height", image.height)
        .field("description", image.description);
    if (!image.document.is_nil())
      writer.field("document_id", image.document).field("page_number", image.page);
    writer.field("score", image.score).end_object();
  }
  writer.end_array();
  return text;
}

std::vector<ShownImage> images_from_json(std::string_view text) {
  std::vector<ShownImage> images;
  for_each_object(text, [&images](const json::Object& object) {
    auto id = ImageId::parse(text_of(object, "id"));
    auto base = KnowledgeBaseId::parse(text_of(object, "kb_id"));
    if (!id || !base) return;
    images.push_back(
        {.id = *id,
         .knowledge_base = *base,
         .url = text_of(object, "url"),
         .thumbnail_url = text_of(object, "thumbnail_url"),
         .filename = text_of(object, "filename"),
         .media_type = text_of(object, "type"),
         .width = static_cast<int>(number_of(object, "width")),
         .height = static_cast<int>(number_of(object, "height")),
         .description = text_of(object, "description"),
         .document = DocumentId::parse(text_of(object, "document_id")).value_or(DocumentId{}),
         .page = static_cast<int>(number_of(object, "page_number")),
         .score = number_of(object, "score")});
  });
  return images;
}

std::string decision_to_json(const Decision& decision) {
  const auto& moderation = decision.moderation;
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("searched_again", decision.searched_again)
      .field("needs_clarification", decision.needs_clarification)
      .field("wants_transfer", decision.wants_transfer)
      .field("is_closed", decision.is_closed)
      .field("transfer_queue", decision.transfer_queue)
      .field("reason", decision.reason)
      .field("blocked_topic", decision.blocked_topic)
      .key("moderation")
      .begin_object()
      .field("message", moderation.message)
      .field("answer", moderation.answer)
      .field("is_unchecked", moderation.is_unchecked)
      .key("categories")
      .begin_array();
  for (const auto& category : moderation.categories) writer.value(category);
  writer.end_array().end_object().end_object();
  return text;
}

Decision decision_from_json(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_object()) return {};
  const auto& object = parsed->get_object();
  return {.searched_again = flag_of(object, "searched_again"),
          .needs_clarification = flag_of(object, "needs_clarification"),
          .wants_transfer = flag_of(object, "wants_transfer"),
          .is_closed = flag_of(object, "is_closed"),
          .transfer_queue = text_of(object, "transfer_queue"),
          .reason = text_of(object, "reason"),
          .blocked_topic = text_of(object, "blocked_topic"),
          .moderation = moderation_from(object)};
}

std::string operations_to_json(const std::vector<CostOperation>& operations) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& operation : operations)
    writer.begin_object()
        .field("operation", operation.operation)
        .field("base_cost", operation.base_cost)
        .end_object();
  writer.end_array();
  return text;
}

std::vector<CostOperation> operations_from_json(std::string_view text) {
  std::vector<CostOperation> operations;
  for_each_object(text, [&operations](const json::Object& object) {
    operations.push_back({text_of(object, "operation"),
                          static_cast<billing::MicroUsd>(number_of(object, "base_cost"))});
  });
  return operations;
}

}  // namespace aiva::chat
