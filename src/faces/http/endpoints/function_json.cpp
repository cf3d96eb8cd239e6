#include "faces/http/endpoints/function_json.h"

#include <limits>
#include <string>

#include "foundation/time.h"

namespace aiva::http {
namespace {

constexpr std::size_t text_bytes_max = 64 * 1024;
constexpr std::int64_t any_int_max = std::numeric_limits<int>::max();

// Text that is JSON as the JSON it is; null when there is none.
void write_document(JsonWriter& writer, std::string_view name, const std::string& text) {
  writer.key(name);
  if (text.empty())
    writer.null();
  else
    writer.raw(text);
}

template <class IdType>
void write_id(JsonWriter& writer, std::string_view name, const IdType& id) {
  if (id.is_nil())
    writer.null_field(name);
  else
    writer.field(name, id);
}

const json::Value* member(const json::Value& body, std::string_view name) {
  const auto* object = body.if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

// A JSON document in its text form; null clears it.
void read_document(const json::Value& body, std::string_view name, std::string& text) {
  const auto* value = member(body, name);
  if (value == nullptr) return;
  text = value->is_null() ? std::string() : json::to_text(*value);
}

// Fields of the original that would be unsafe.
void refuse_unsafe(json::Fields& fields) {
  auto handler = fields.optional_text("handler_type", {.length_max = 20});
  if (handler && *handler != "api")
    fields.add_error("handler_type",
                     "must be api: stored text is not run as code; offer it as an HTTP API");
  if (fields.boolean("skip_ssl_verify", false))
    fields.add_error("skip_ssl_verify", "must be false: certificates are always verified");
}

}  // namespace

void write_headers(JsonWriter& writer, const std::vector<functions::HeaderTemplate>& headers) {
  writer.begin_object();
  for (const auto& header : headers) writer.field(header.name, header.value);
  writer.end_object();
}

void read_headers(json::Fields& fields, std::string_view name,
                  std::vector<functions::HeaderTemplate>& headers) {
  const auto* object = fields.object(name);
  if (object == nullptr) return;
  headers.clear();
  for (const auto& header : *object) {
    const auto* value = header.value().if_string();
    if (value == nullptr)
      fields.add_error(std::string(name) + "." + std::string(header.key()), "must be a string");
    else
      headers.push_back({std::string(header.key()), std::string(std::string_view(*value))});
  }
}

void write_function(JsonWriter& writer, const functions::Function& function) {
  const auto& settings = function.settings;
  writer.begin_object()
      .field("id", function.id)
      .field("agent_id", function.agent)
      .field("name", settings.name)
      .field("description", settings.description)
      .field("execution_mode", to_string(settings.execution_mode))
      .field("handler_type", "api");
  write_document(writer, "parameters", settings.parameters);
  writer.field("api_endpoint", settings.api_endpoint)
      .field("api_method", settings.api_method)
      .key("api_headers");
  write_headers(writer, settings.api_headers);
  write_document(writer, "api_body", settings.api_body);
  write_document(writer, "response_mapping", settings.response_mapping);
  writer.field("response_bytes_max", settings.response_bytes_max)
      .field("timeout_ms", settings.timeout_ms)
      .field("retries", settings.retries)
      .field("sends_idempotency_key", settings.sends_idempotency_key)
      .field("is_active", settings.is_active)
      .field("created_at", to_iso8601(function.created_at))
      .field("updated_at", to_iso8601(function.updated_at))
      .end_object();
}

void write_function_call(JsonWriter& writer, const functions::FunctionCall& call) {
  writer.begin_object()
      .field("id", call.id)
      .field("agent_id", call.agent)
      .field("function_name", call.function_name);
  write_id(writer, "session_id", call.session);
  write_id(writer, "message_id", call.message);
  writer.field("status", to_string(call.status))
      .field("arguments", call.arguments)
      .field("result", call.result);
  if (call.error.empty())
    writer.null_field("error");
  else
    writer.field("error", call.error);
  writer.field("http_status", call.http_status)
      .field("attempts", call.attempts)
      .field("time_ms", call.time_ms)
      .field("created_at", to_iso8601(call.created_at));
  if (call.completed_at)
    writer.field("completed_at", to_iso8601(*call.completed_at));
  else
    writer.null_field("completed_at");
  writer.end_object();
}

void write_tool_outcome(JsonWriter& writer, const functions::ToolOutcome& outcome) {
  writer.begin_object()
      .field("function_name", outcome.name)
      .field("arguments", outcome.arguments)
      .field("result", outcome.result)
      .field("is_error", outcome.is_error)
      .field("is_pending", outcome.is_pending)
      .field("time_ms", outcome.time_ms)
      .end_object();
}

void write_secret(JsonWriter& writer, const functions::Secret& secret) {
  writer.begin_object()
      .field("name", secret.name)
      .field("hint", secret.hint)
      .field("created_at", to_iso8601(secret.created_at))
      .field("updated_at", to_iso8601(secret.updated_at))
      .end_object();
}

void read_function(json::Fields& fields, const json::Value& body,
                   functions::FunctionSettings& settings) {
  auto text = [&](std::string_view name, std::string& into) {
    if (auto given = fields.optional_text(name, {.length_max = text_bytes_max}))
      into = std::move(*given);
  };
  auto number = [&](std::string_view name, int& into) {
    into = static_cast<int>(fields.integer(name, into, 0, any_int_max));
  };
  refuse_unsafe(fields);
  text("name", settings.name);
  text("description", settings.description);
  text("api_endpoint", settings.api_endpoint);
  text("api_method", settings.api_method);
  if (const auto* parameters = fields.object("parameters"))
    settings.parameters = json::to_text(*parameters);
  if (auto mode = fields.optional_text("execution_mode", {.length_max = 20})) {
    auto parsed = functions::parse_execution_mode(*mode);
    if (!parsed) fields.add_error("execution_mode", "must be sync or async");
    settings.execution_mode = parsed.value_or(settings.execution_mode);
  }
  read_headers(fields, "api_headers", settings.api_headers);
  read_document(body, "api_body", settings.api_body);
  read_document(body, "response_mapping", settings.response_mapping);
  number("response_bytes_max", settings.response_bytes_max);
  number("timeout_ms", settings.timeout_ms);
  number("retries", settings.retries);
  settings.sends_idempotency_key =
      fields.boolean("sends_idempotency_key", settings.sends_idempotency_key);
  settings.is_active = fields.boolean("is_active", settings.is_active);
}

std::string read_arguments(json::Fields& fields, const json::Value& body) {
  const auto* arguments = member(body, "arguments");
  if (arguments == nullptr || arguments->is_null()) return "{}";
  if (arguments->is_object()) return json::to_text(*arguments);
  return fields.optional_text("arguments", {.length_max = text_bytes_max}).value_or("{}");
}

}  // namespace aiva::http
