#include "faces/http/endpoints/chat_json.h"

#include <algorithm>
#include <optional>

#include "capabilities/chat/markup.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

double in_dollars(billing::MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

// [left, top, right, bottom] in points, or null.
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

void write_response(JsonWriter& writer, std::string_view markdown) {
  writer.begin_object()
      .field("text", chat::to_plain_text(markdown))
      .field("html", chat::to_html(markdown))
      .field("markdown", markdown)
      .end_object();
}

void write_cost(JsonWriter& writer, const chat::Answer& answer) {
  writer.begin_object()
      .field("base_cost", in_dollars(answer.base_cost))
      .field("profit_amount", in_dollars(answer.final_cost - answer.base_cost))
      .field("final_cost", in_dollars(answer.final_cost))
      .key("operations")
      .begin_array();
  for (const auto& operation : answer.operations)
    writer.begin_object()
        .field("operation", operation.operation)
        .field("base_cost", in_dollars(operation.base_cost))
        .end_object();
  writer.end_array().end_object();
}

// Where there is a shop, its products were looked through for the answer.
bool has_shop(const chat::Answer& answer) {
  auto is_search = [](const chat::CostOperation& operation) {
    return operation.operation == "product_search";
  };
  return !answer.products.empty() || std::ranges::any_of(answer.operations, is_search);
}

void write_agent(JsonWriter& writer, const chat::Answer& answer) {
  writer.begin_object();
  if (answer.agent)
    writer.field("agent_id", *answer.agent).field("agent_name", answer.agent_name);
  else
    writer.null_field("agent_id").null_field("agent_name");
  writer.field("agent_version", answer.agent_version)
      .field("provider", answer.provider)
      .field("model", answer.model)
      .field("temperature", answer.temperature)
      .field("has_shopify", has_shop(answer))
      .end_object();
}

// Arguments and results are JSON where they can be, else text.
void write_json_or_text(JsonWriter& writer, std::string_view name, std::string_view text) {
  auto parsed = json::parse(text);
  writer.key(name);
  if (parsed)
    writer.value(*parsed);
  else
    writer.value(text);
}

void write_calls(JsonWriter& writer, const std::vector<functions::ToolOutcome>& calls) {
  writer.begin_array();
  for (const auto& call : calls) write_chat_call(writer, call);
  writer.end_array();
}

void write_decision(JsonWriter& writer, const chat::Answer& answer) {
  const auto& decision = answer.decision;
  writer.begin_object()
      .field("knowledge_search_needed", decision.searched_again)
      .field("clarification_needed", decision.needs_clarification)
      .field("agent_transfer", decision.wants_transfer)
      .field("conversation_complete", decision.is_closed)
      .field("transfer_queue", decision.transfer_queue)
      .field("reason", decision.reason)
      .field("blocked_topic", decision.blocked_topic)
      .field("finish_reason", answer.finish_reason)
      .key("moderation");
  write_chat_moderation(writer, decision.moderation);
  writer.end_object();
}

void write_money(JsonWriter& writer, std::string_view name, std::optional<MicroMoney> amount) {
  if (amount)
    writer.field(name, money_text(*amount));
  else
    writer.null_field(name);
}

// Inside the object that is begun.
void write_session_fields(JsonWriter& writer, const chat::Session& session) {
  writer.field("id", session.id).field("tenant_id", session.tenant);
  if (session.knowledge_base)
    writer.field("kb_id", *session.knowledge_base);
  else
    writer.null_field("kb_id");
  if (session.agent)
    writer.field("agent_id", *session.agent);
  else
    writer.null_field("agent_id");
  writer.field("title", session.title)
      .field("user_name", session.user_name)
      .field("status", session.status)
      .field("handover", session.handover)
      .field("message_count", session.message_count);
  if (!session.greeting.empty()) writer.field("greeting", session.greeting);
  writer.key("metadata")
      .raw(session.metadata)
      .field("created_at", to_iso8601(session.created_at))
      .field("updated_at", to_iso8601(session.updated_at));
}

}  // namespace

void write_conversation_match(JsonWriter& writer, const chat::ConversationMatch& match) {
  writer.begin_object().field("field", match.field);
  if (match.message.is_nil())
    writer.null_field("message_id").null_field("role").null_field("created_at");
  else
    writer.field("message_id", match.message)
        .field("role", match.role)
        .field("created_at", to_iso8601(match.created_at));
  writer.field("text", match.text).key("marks").begin_array();
  for (const auto& mark : match.marks)
    writer.begin_object().field("start", mark.start).field("length", mark.length).end_object();
  writer.end_array().end_object();
}

void write_chat_moderation(JsonWriter& writer, const chat::Moderated& moderation) {
  writer.begin_object()
      .field("message", moderation.message)
      .field("answer", moderation.answer)
      .key("categories")
      .begin_array();
  for (const auto& category : moderation.categories) writer.value(category);
  writer.end_array().field("is_unchecked", moderation.is_unchecked).end_object();
}

void write_chat_call(JsonWriter& writer, const functions::ToolOutcome& call) {
  writer.begin_object().field("name", call.name);
  write_json_or_text(writer, "arguments", call.arguments);
  write_json_or_text(writer, "result", call.result);
  writer.field("is_error", call.is_error)
      .field("is_pending", call.is_pending)
      .field("time_ms", call.time_ms)
      .end_object();
}

void write_chat_session(JsonWriter& writer, const chat::Session& session) {
  writer.begin_object();
  write_session_fields(writer, session);
  writer.end_object();
}

void write_found_conversation(JsonWriter& writer, const chat::FoundConversation& found) {
  writer.begin_object();
  write_session_fields(writer, found.session);
  writer.key("match");
  write_conversation_match(writer, found.match);
  writer.end_object();
}

void write_chat_sources(JsonWriter& writer, const std::vector<chat::Source>& sources) {
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
}

void write_chat_images(JsonWriter& writer, const std::vector<chat::ShownImage>& images) {
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
    if (image.document.is_nil())
      writer.null_field("document_id").null_field("page_number");
    else
      writer.field("document_id", image.document).field("page_number", image.page);
    writer.field("score", image.score).end_object();
  }
  writer.end_array();
}

void write_chat_products(JsonWriter& writer, const std::vector<chat::ShownProduct>& products) {
  writer.begin_array();
  for (const auto& product : products) {
    writer.begin_object()
        .field("id", product.id)
        .field("kb_id", product.knowledge_base)
        .field("title", product.title)
        .field("description", product.description)
        .field("vendor", product.vendor);
    write_money(writer, "price", product.price);
    write_money(writer, "compare_at_price", product.compare_at_price);
    writer.field("currency", product.currency).field("in_stock", product.in_stock);
    if (product.stock)
      writer.field("stock", *product.stock);
    else
      writer.null_field("stock");
    writer.field("url", product.url)
        .field("image_url", product.image_url)
        .field("thumbnail_url", product.thumbnail_url)
        .field("variant_id", product.variant_id)
        .field("variant_title", product.variant_title)
        .field("score", product.score)
        .end_object();
  }
  writer.end_array();
}

void write_chat_message(JsonWriter& writer, const chat::Message& message) {
  const auto& answer = message.answer;
  writer.begin_object()
      .field("id", message.id)
      .field("session_id", message.session)
      .field("role", message.role)
      .field("content", answer.text);
  if (message.role == "operator" && !message.written_by.is_nil())
    writer.field("written_by", message.written_by);
  if (message.role == "user")
    writer.field("image_count", message.image_count)
        .field("language", message.language)
        .field("sentiment", message.sentiment)
        .field("intent", message.intent)
        .field("moderation", message.moderation);
  if (message.role == "assistant") {
    writer.field("html", chat::to_html(answer.text)).key("sources");
    write_chat_sources(writer, answer.sources);
    writer.key("images");
    write_chat_images(writer, answer.images);
    writer.key("products");
    write_chat_products(writer, answer.products);
    writer.key("function_calls");
    write_calls(writer, answer.function_calls);
    writer.key("llm_decision");
    write_decision(writer, answer);
    writer.key("agent_metadata");
    write_agent(writer, answer);
    writer.field("provider", answer.provider)
        .field("model", answer.model)
        .field("is_extractive", answer.is_extractive)
        .field("is_interrupted", answer.is_interrupted)
        .field("removed_citations", answer.removed_citations)
        .field("input_tokens", answer.input_tokens)
        .field("output_tokens", answer.output_tokens)
        .field("cost", in_dollars(answer.final_cost));
  }
  writer.field("created_at", to_iso8601(message.created_at)).end_object();
}

void write_chat_answer(JsonWriter& writer, const chat::Answer& answer) {
  if (answer.is_buffering) {
    writer.begin_object()
        .field("buffering", true)
        .field("session_id", answer.session)
        .field("message", "A later message of the conversation is answered together with this one")
        .end_object();
    return;
  }
  writer.begin_object()
      .field("session_id", answer.session)
      .field("user_message_id", answer.user_message)
      .key("message_id");
  if (answer.message.is_nil())
    writer.null();  // a person will answer
  else
    writer.value(answer.message);
  writer.field("agent_transfer", answer.decision.wants_transfer)
      .field("interaction_closed", answer.decision.is_closed)
      .field("show_feedback_prompt", answer.decision.is_closed)
      .key("response");
  write_response(writer, answer.text);
  writer.key("sources");
  write_chat_sources(writer, answer.sources);
  writer.key("images");
  write_chat_images(writer, answer.images);
  writer.key("products");
  write_chat_products(writer, answer.products);
  writer.key("function_calls");
  write_calls(writer, answer.function_calls);
  writer.key("llm_decision");
  write_decision(writer, answer);
  writer.key("context_used")
      .begin_object()
      .field("knowledge_base_chunks", answer.context_chunks)
      .field("total_context_tokens", answer.input_tokens)
      .end_object()
      .key("agent_metadata");
  write_agent(writer, answer);
  writer.field("is_extractive", answer.is_extractive)
      .field("is_interrupted", answer.is_interrupted)
      .field("removed_citations", answer.removed_citations)
      .key("usage")
      .begin_object()
      .field("input_tokens", answer.input_tokens)
      .field("cached_tokens", answer.cached_tokens)
      .field("output_tokens", answer.output_tokens)
      .end_object()
      .field("time_ms", answer.time_ms)
      .field("cost", in_dollars(answer.final_cost))
      .key("cost_breakdown");
  write_cost(writer, answer);
  writer.end_object();
}

}  // namespace aiva::http
