#include "faces/http/endpoints/openai_chat_json.h"

#include "faces/http/endpoints/chat_json.h"

namespace aiva::http {
namespace {

void begin(JsonWriter& writer, const CompletionFrame& frame, std::string_view object) {
  writer.begin_object()
      .field("id", frame.id)
      .field("object", object)
      .field("created", frame.created_at / 1000)
      .field("model", frame.model);
}

void write_calls(JsonWriter& writer, const std::vector<ToolCall>& calls, bool has_index) {
  writer.key("tool_calls").begin_array();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    writer.begin_object();
    if (has_index) writer.field("index", i);
    writer.field("id", calls[i].id).field("type", "function").key("function").begin_object();
    writer.field("name", calls[i].name).field("arguments", calls[i].arguments).end_object();
    writer.end_object();
  }
  writer.end_array();
}

void write_usage(JsonWriter& writer, const chat::Answer& answer) {
  writer.key("usage")
      .begin_object()
      .field("prompt_tokens", answer.input_tokens)
      .field("completion_tokens", answer.output_tokens)
      .field("total_tokens", answer.input_tokens + answer.output_tokens)
      .key("prompt_tokens_details")
      .begin_object()
      .field("cached_tokens", answer.cached_tokens)
      .end_object()
      .end_object();
}

// A chunk with one choice; `write_delta` writes the members of its delta.
template <class WriteDelta>
std::string chunk(const CompletionFrame& frame, WriteDelta write_delta,
                  const chat::CompletionAnswer* finished = nullptr) {
  std::string text;
  JsonWriter writer(text);
  begin(writer, frame, "chat.completion.chunk");
  writer.key("choices").begin_array().begin_object().field("index", 0);
  writer.key("delta").begin_object();
  write_delta(writer);
  writer.end_object().null_field("logprobs");
  if (finished == nullptr)
    writer.null_field("finish_reason");
  else
    writer.field("finish_reason", finished->finish_reason);
  writer.end_object().end_array();
  if (frame.includes_usage) writer.null_field("usage");
  if (finished != nullptr) {
    writer.key("aiva");
    write_openai_extras(writer, finished->answer);
  }
  writer.end_object();
  return text;
}

}  // namespace

void write_openai_extras(JsonWriter& writer, const chat::Answer& answer) {
  writer.begin_object()
      .field("message_id", answer.message)
      .field("provider", answer.provider)
      .field("model", answer.model)
      .field("cost", static_cast<double>(answer.final_cost) / 1e6)
      .key("sources");
  write_chat_sources(writer, answer.sources);
  writer.end_object();
}

std::string completion_json(const CompletionFrame& frame, const chat::CompletionAnswer& answer) {
  std::string text;
  JsonWriter writer(text);
  begin(writer, frame, "chat.completion");
  writer.key("choices").begin_array().begin_object().field("index", 0);
  writer.key("message").begin_object().field("role", "assistant");
  if (answer.answer.text.empty() && !answer.tool_calls.empty())
    writer.null_field("content");
  else
    writer.field("content", answer.answer.text);
  writer.null_field("refusal");
  if (!answer.tool_calls.empty()) write_calls(writer, answer.tool_calls, false);
  writer.end_object().null_field("logprobs").field("finish_reason", answer.finish_reason);
  writer.end_object().end_array();
  write_usage(writer, answer.answer);
  writer.key("aiva");
  write_openai_extras(writer, answer.answer);
  writer.end_object();
  return text;
}

std::string role_chunk_json(const CompletionFrame& frame) {
  return chunk(frame, [](JsonWriter& writer) {
    writer.field("role", "assistant").field("content", "").null_field("refusal");
  });
}

std::string text_chunk_json(const CompletionFrame& frame, std::string_view text) {
  return chunk(frame, [text](JsonWriter& writer) { writer.field("content", text); });
}

std::string calls_chunk_json(const CompletionFrame& frame, const std::vector<ToolCall>& calls) {
  return chunk(frame, [&calls](JsonWriter& writer) { write_calls(writer, calls, true); });
}

std::string finish_chunk_json(const CompletionFrame& frame, const chat::CompletionAnswer& answer) {
  return chunk(frame, [](JsonWriter&) {}, &answer);
}

std::string usage_chunk_json(const CompletionFrame& frame, const chat::CompletionAnswer& answer) {
  std::string text;
  JsonWriter writer(text);
  begin(writer, frame, "chat.completion.chunk");
  writer.key("choices").begin_array().end_array();
  write_usage(writer, answer.answer);
  writer.end_object();
  return text;
}

}  // namespace aiva::http
