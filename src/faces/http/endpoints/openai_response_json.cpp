#include "faces/http/endpoints/openai_response_json.h"

#include "faces/http/endpoints/openai_chat_json.h"
#include "faces/http/openai_errors.h"

namespace aiva::http {
namespace {

void write_tool_choice(JsonWriter& writer, const ToolChoice& choice) {
  using Mode = ToolChoice::Mode;
  writer.key("tool_choice");
  switch (choice.mode) {
    case Mode::automatic: writer.value("auto"); return;
    case Mode::none: writer.value("none"); return;
    case Mode::required: writer.value("required"); return;
    case Mode::named:
      writer.begin_object().field("type", "function").field("name", choice.name).end_object();
      return;
  }
}

void write_tools(JsonWriter& writer, const std::vector<ToolDefinition>& tools) {
  writer.key("tools").begin_array();
  for (const auto& tool : tools)
    writer.begin_object()
        .field("type", "function")
        .field("name", tool.name)
        .field("description", tool.description)
        .key("parameters")
        .raw(tool.parameters)
        .field("strict", tool.is_strict)
        .end_object();
  writer.end_array();
}

void write_format(JsonWriter& writer, const AnswerFormat& format) {
  using Kind = AnswerFormat::Kind;
  writer.key("text").begin_object().key("format").begin_object();
  switch (format.kind) {
    case Kind::text: writer.field("type", "text"); break;
    case Kind::json: writer.field("type", "json_object"); break;
    case Kind::schema:
      writer.field("type", "json_schema").field("name", format.name);
      writer.key("schema").raw(format.schema).field("strict", format.is_strict);
      break;
  }
  writer.end_object().end_object();
}

template <class T>
void write_optional(JsonWriter& writer, std::string_view name, const std::optional<T>& value) {
  if (value)
    writer.field(name, *value);
  else
    writer.null_field(name);
}

// What was asked for, as the answer repeats it.
void write_asked(JsonWriter& writer, const OpenAiCall& asked) {
  const auto& request = asked.request;
  writer.field("model", request.agent);
  if (asked.instructions.empty())
    writer.null_field("instructions");
  else
    writer.field("instructions", asked.instructions);
  write_optional(writer, "max_output_tokens", request.tokens_max);
  write_optional(writer, "temperature", request.temperature);
  write_optional(writer, "top_p", request.top_p);
  writer.field("parallel_tool_calls", !asked.has_one_call);
  write_tool_choice(writer, request.tool_choice);
  write_tools(writer, request.tools);
  write_format(writer, request.format);
  writer.key("metadata").value(json::Value(asked.metadata));
  writer.null_field("previous_response_id").field("store", false);
}

// What went into thinking is not told apart: 0, as the shape wants a number.
void write_usage(JsonWriter& writer, const chat::Answer& answer) {
  writer.key("usage").begin_object().field("input_tokens", answer.input_tokens);
  writer.key("input_tokens_details")
      .begin_object()
      .field("cached_tokens", answer.cached_tokens)
      .end_object();
  writer.field("output_tokens", answer.output_tokens);
  writer.key("output_tokens_details").begin_object().field("reasoning_tokens", 0).end_object();
  writer.field("total_tokens", answer.input_tokens + answer.output_tokens).end_object();
}

void begin_response(JsonWriter& writer, const ResponseFrame& frame, std::string_view status) {
  writer.begin_object()
      .field("id", frame.id)
      .field("object", "response")
      .field("created_at", frame.created_at / 1000)
      .field("status", status);
}

void write_reason(JsonWriter& writer, const chat::CompletionAnswer& answer) {
  if (response_status(answer) == "completed") {
    writer.null_field("incomplete_details");
    return;
  }
  bool is_long = answer.finish_reason == "length";
  writer.key("incomplete_details")
      .begin_object()
      .field("reason", is_long ? "max_output_tokens" : "content_filter")
      .end_object();
}

}  // namespace

std::string_view response_status(const chat::CompletionAnswer& answer) {
  bool is_cut = answer.finish_reason == "length" || answer.finish_reason == "content_filter";
  return is_cut ? "incomplete" : "completed";
}

void write_open_response(JsonWriter& writer, const ResponseFrame& frame) {
  begin_response(writer, frame, "in_progress");
  writer.null_field("error").null_field("incomplete_details");
  writer.key("output").begin_array().end_array();
  writer.null_field("usage");
  write_asked(writer, frame.asked);
  writer.end_object();
}

void write_response(JsonWriter& writer, const ResponseFrame& frame,
                    const chat::CompletionAnswer& answer) {
  auto status = response_status(answer);
  begin_response(writer, frame, status);
  writer.null_field("error");
  write_reason(writer, answer);
  writer.key("output").begin_array();
  bool has_message = !answer.answer.text.empty() || answer.tool_calls.empty();
  if (has_message) write_output_message(writer, frame.message_id, status, &answer.answer);
  for (const auto& call : answer.tool_calls)
    write_output_call(writer, call, "completed", call.arguments);
  writer.end_array();
  write_usage(writer, answer.answer);
  write_asked(writer, frame.asked);
  writer.key("aiva");
  write_openai_extras(writer, answer.answer);
  writer.end_object();
}

void write_failed_response(JsonWriter& writer, const ResponseFrame& frame, const Error& error) {
  begin_response(writer, frame, "failed");
  bool is_limit = error.code == ErrorCode::rate_limited;
  writer.key("error")
      .begin_object()
      .field("code", is_limit ? "rate_limit_exceeded" : "server_error")
      .field("message", error.message)
      .end_object()
      .null_field("incomplete_details");
  writer.key("output").begin_array().end_array();
  writer.null_field("usage");
  write_asked(writer, frame.asked);
  writer.end_object();
}

void write_citation(JsonWriter& writer, const chat::Source& source, std::size_t index) {
  writer.begin_object()
      .field("type", "file_citation")
      .field("file_id", source.document)
      .field("filename", source.document_name)
      .field("index", index)
      .end_object();
}

void write_output_text(JsonWriter& writer, std::string_view text,
                       const std::vector<chat::Source>& sources) {
  writer.begin_object().field("type", "output_text").field("text", text);
  writer.key("annotations").begin_array();
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (sources[i].is_cited) write_citation(writer, sources[i], i);
  writer.end_array().key("logprobs").begin_array().end_array().end_object();
}

void write_output_message(JsonWriter& writer, std::string_view id, std::string_view status,
                          const chat::Answer* answer) {
  writer.begin_object()
      .field("id", id)
      .field("type", "message")
      .field("status", status)
      .field("role", "assistant")
      .key("content")
      .begin_array();
  if (answer != nullptr) write_output_text(writer, answer->text, answer->sources);
  writer.end_array().end_object();
}

void write_output_call(JsonWriter& writer, const ToolCall& call, std::string_view status,
                       std::string_view arguments) {
  writer.begin_object()
      .field("id", output_call_id(call))
      .field("type", "function_call")
      .field("status", status)
      .field("call_id", call.id)
      .field("name", call.name)
      .field("arguments", arguments)
      .end_object();
}

std::string output_call_id(const ToolCall& call) { return "fc_" + call.id; }

}  // namespace aiva::http
