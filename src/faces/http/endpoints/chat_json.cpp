#include "faces/http/endpoints/chat_json.h"

#include "capabilities/chat/markup.h"

namespace aiva::http {
namespace {

double in_dollars(billing::MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

void write_empty_arrays(JsonWriter& writer, std::initializer_list<std::string_view> names) {
  for (auto name : names) writer.key(name).begin_array().end_array();
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

// Agents come later; their places in the contract are kept.
void write_agent(JsonWriter& writer, const chat::Answer& answer) {
  writer.begin_object()
      .null_field("agent_id")
      .null_field("agent_name")
      .field("provider", answer.provider)
      .field("model", answer.model)
      .field("has_shopify", false)
      .end_object();
}

}  // namespace

void write_chat_session(JsonWriter& writer, const chat::Session& session) {
  writer.begin_object().field("id", session.id).field("tenant_id", session.tenant);
  if (session.knowledge_base)
    writer.field("kb_id", *session.knowledge_base);
  else
    writer.null_field("kb_id");
  writer.field("title", session.title)
      .field("user_name", session.user_name)
      .field("status", session.status)
      .field("message_count", session.message_count)
      .key("metadata")
      .raw(session.metadata)
      .field("created_at", to_iso8601(session.created_at))
      .field("updated_at", to_iso8601(session.updated_at))
      .end_object();
}

void write_chat_sources(JsonWriter& writer, const std::vector<chat::Source>& sources) {
  writer.begin_array();
  for (const auto& source : sources)
    writer.begin_object()
        .field("number", source.number)
        .field("document_id", source.document)
        .field("document_name", source.document_name)
        .field("chunk_id", source.chunk)
        .field("page", source.page)
        .field("quote", source.quote)
        .field("heading_path", source.heading_path)
        .field("score", source.score)
        .field("is_cited", source.is_cited)
        .end_object();
  writer.end_array();
}

void write_chat_message(JsonWriter& writer, const chat::Message& message) {
  bool is_answer = message.role == "assistant";
  writer.begin_object()
      .field("id", message.id)
      .field("session_id", message.session)
      .field("role", message.role)
      .field("content", message.content);
  if (is_answer) {
    writer.field("html", chat::to_html(message.content)).key("sources");
    write_chat_sources(writer, message.sources);
    writer.field("provider", message.provider)
        .field("model", message.model)
        .field("is_extractive", message.is_extractive)
        .field("is_interrupted", message.is_interrupted)
        .field("input_tokens", message.input_tokens)
        .field("output_tokens", message.output_tokens)
        .field("cost", in_dollars(message.final_cost));
  }
  writer.field("created_at", to_iso8601(message.created_at)).end_object();
}

void write_chat_answer(JsonWriter& writer, const chat::Answer& answer) {
  writer.begin_object()
      .field("session_id", answer.session)
      .field("user_message_id", answer.user_message)
      .field("message_id", answer.message)
      .field("agent_transfer", false)
      .field("interaction_closed", false)
      .field("show_feedback_prompt", false)
      .key("response");
  write_response(writer, answer.text);
  writer.key("sources");
  write_chat_sources(writer, answer.sources);
  write_empty_arrays(writer, {"images", "products", "function_calls"});
  writer.key("context_used")
      .begin_object()
      .field("knowledge_base_chunks", answer.context_chunks)
      .field("total_context_tokens", answer.input_tokens)
      .end_object()
      .key("agent_metadata");
  write_agent(writer, answer);
  writer.field("is_extractive", answer.is_extractive)
      .field("is_interrupted", answer.is_interrupted)
      .key("usage")
      .begin_object()
      .field("input_tokens", answer.input_tokens)
      .field("output_tokens", answer.output_tokens)
      .end_object()
      .field("time_ms", answer.time_ms)
      .field("cost", in_dollars(answer.final_cost))
      .key("cost_breakdown");
  write_cost(writer, answer);
  writer.end_object();
}

}  // namespace aiva::http
