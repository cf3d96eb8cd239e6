#include "faces/http/endpoints/mcp.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "faces/http/header_text.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::http {
namespace {

// Codes of JSON-RPC 2.0.
constexpr int parse_error = -32700;
constexpr int invalid_request = -32600;
constexpr int method_not_found = -32601;
constexpr int invalid_params = -32602;
constexpr int internal_problem = -32603;

// The revisions spoken here, the preferred one first.
constexpr std::array<std::string_view, 2> versions = {"2025-06-18", "2025-03-26"};
constexpr std::size_t batch_max = 20;
constexpr std::size_t body_depth_max = 32;
// An agent may think for long.
constexpr std::chrono::minutes call_time_max{5};

bool is_known_version(std::string_view version) {
  return std::ranges::find(versions, version) != versions.end();
}

// A JSON-RPC message with an error; `id` null where it is not known.
std::string write_failure(const json::Value& id, int code, std::string_view message) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object()
      .field("jsonrpc", "2.0")
      .key("id")
      .value(id)
      .key("error")
      .begin_object()
      .field("code", code)
      .field("message", message)
      .end_object()
      .end_object();
  return out;
}

std::string write_success(const json::Value& id, std::string_view result) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object()
      .field("jsonrpc", "2.0")
      .key("id")
      .value(id)
      .key("result")
      .raw(result)
      .end_object();
  return out;
}

Response refuse(int status, int code, std::string_view message) {
  return json_response(status, write_failure(json::Value(), code, message));
}

std::string_view text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

// Whether an Accept header takes JSON; clients that say nothing take anything.
bool accepts_json(std::string_view accept) {
  return accept.empty() || accept.contains("*/*") || accept.contains("application/*") ||
         accept.contains("application/json");
}

// The error where a value is no message of JSON-RPC 2.0.
std::optional<std::string> find_failure(const json::Value& message) {
  const auto* object = message.if_object();
  const auto* id = object == nullptr ? nullptr : object->if_contains("id");
  bool has_good_id = id == nullptr || id->is_string() || id->is_int64() || id->is_uint64();
  if (object == nullptr || text_of(*object, "jsonrpc") != "2.0" || !has_good_id)
    return write_failure(json::Value(), invalid_request, "This is no message of JSON-RPC 2.0");
  bool is_answer = object->contains("result") || object->contains("error");
  auto refuse_it = [id](int code, std::string_view why) {
    return write_failure(id == nullptr ? json::Value() : *id, code, why);
  };
  for (const char* name : {"result", "error"})
    if (object->contains(name) && !object->at(name).is_object())
      return refuse_it(invalid_request, std::string(name) + " must be an object");
  if (object->contains("method") && text_of(*object, "method").empty())
    return refuse_it(invalid_request, "method must be a text");
  if (!object->contains("method") && !is_answer)
    return refuse_it(invalid_request, "The message has no method");
  if (object->contains("params") && !object->at("params").is_object())
    return refuse_it(invalid_params, "params must be an object");
  return std::nullopt;
}

class McpServer {
 public:
  McpServer(const McpToolParts& parts, McpRouteOptions options)
      : tools_(parts), options_(std::move(options)) {}

  Task<Result<Response>> handle(CallContext context, Request& request) {
    if (auto refusal = check(request)) co_return std::move(*refusal);
    auto body = json::parse(request.body,
                            {.bytes_max = request.body.size() + 1, .depth_max = body_depth_max});
    if (!body) co_return refuse(400, parse_error, body.error().message);
    if (!body->is_array()) {
      if (auto failure = find_failure(*body)) co_return json_response(400, std::move(*failure));
      auto answering = answer(context, request, body->get_object());
      CO_TRY(auto text, co_await std::move(answering));
      co_return text ? respond(std::move(*text)) : Response{.status = 202};
    }
    auto answering = answer_batch(context, request, body->get_array());
    auto response = co_await std::move(answering);
    co_return response;
  }

 private:
  // What the transport asks for, before the message is looked at. Pages of other sites may not
  // call: their names may lead to this machine (DNS rebinding).
  [[nodiscard]] std::optional<Response> check(const Request& request) const {
    auto origin = request.header("origin");
    bool is_allowed = origin.empty() ||
                      std::ranges::any_of(options_.origins, [origin](const std::string& allowed) {
                        return allowed == "*" || allowed == origin;
                      });
    if (!is_allowed) return refuse(403, invalid_request, "This origin may not call");
    auto version = request.header("mcp-protocol-version");
    if (!version.empty() && !is_known_version(version))
      return refuse(400, invalid_request, "This revision of the protocol is not spoken here");
    if (!accepts_json(request.header("accept")))
      return refuse(406, invalid_request, "Accept application/json");
    return std::nullopt;
  }

  static Response respond(std::string text) {
    auto response = json_response(200, std::move(text));
    response.headers.push_back({"Cache-Control", "no-store"});
    return response;
  }

  Task<Result<Response>> answer_batch(CallContext context, Request& request,
                                      const json::Array& batch) {
    if (request.header("mcp-protocol-version") == versions.front())
      co_return refuse(400, invalid_request, "This revision knows no batches");
    if (batch.empty() || batch.size() > batch_max)
      co_return refuse(400, invalid_request, "A batch has 1 to 20 messages");
    std::string answers;
    for (const auto& message : batch) {
      auto text = find_failure(message);
      if (!text) {
        auto answering = answer(context, request, message.get_object());
        CO_TRY(text, co_await std::move(answering));
      }
      if (text) answers.append(answers.empty() ? "[" : ",").append(*text);
    }
    if (answers.empty()) co_return Response{.status = 202};
    co_return respond(answers + "]");
  }

  // The answer to a message, nothing where none is due. Fails when the call is over.
  Task<Result<std::optional<std::string>>> answer(CallContext context, Request& request,
                                                  const json::Object& message) {
    const auto* id = message.if_contains("id");
    auto method = text_of(message, "method");
    // We ask clients nothing, so answers and notifications change nothing.
    if (id == nullptr || method.empty()) co_return std::nullopt;
    static const json::Object nothing;
    const auto* params = message.if_contains("params");
    const auto& given = params == nullptr ? nothing : params->get_object();
    if (method == "initialize") co_return write_success(*id, introduce(given));
    if (method == "ping") co_return write_success(*id, "{}");
    if (method == "tools/list") co_return write_success(*id, list_tools(request));
    if (method != "tools/call")
      co_return write_failure(*id, method_not_found, "There is no such method");
    auto calling = call_tool(context, request, *id, given);
    CO_TRY(auto text, co_await std::move(calling));
    co_return std::optional(std::move(text));
  }

  [[nodiscard]] std::string introduce(const json::Object& params) const {
    auto wanted = text_of(params, "protocolVersion");
    std::string out;
    JsonWriter writer(out);
    writer.begin_object()
        .field("protocolVersion", is_known_version(wanted) ? wanted : versions.front())
        .key("capabilities")
        .begin_object()
        .key("tools")
        .begin_object()
        .field("listChanged", false)
        .end_object()
        .end_object()
        .key("serverInfo")
        .begin_object()
        .field("name", "aiva")
        .field("title", "AIVA")
        .field("version", options_.version)
        .end_object()
        .field("instructions",
               "Answers out of a company's documents. Cite document and page of what you use.")
        .end_object();
    return out;
  }

  [[nodiscard]] std::string list_tools(const Request& request) const {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object().key("tools");
    tools_.write_list(writer, request.principal().permissions);
    writer.end_object();
    return out;
  }

  Task<Result<std::string>> call_tool(CallContext context, Request& request, const json::Value& id,
                                      const json::Object& params) {
    std::string name(text_of(params, "name"));
    if (!tools_.offers(name, request.principal().permissions))
      co_return write_failure(id, invalid_params,
                              "There is no tool " + std::string(utf8_prefix(name, 64)));
    const auto* arguments = params.if_contains("arguments");
    auto calling =
        tools_.call(context, std::move(name), arguments == nullptr ? json::Value() : *arguments);
    auto result = co_await std::move(calling);
    if (result) co_return write_success(id, *result);
    CO_TRY_VOID(context.check());
    log::failure("A tool of the MCP server failed", context, result.error());
    co_return write_failure(id, internal_problem, result.error().message);
  }

  McpTools tools_;
  McpRouteOptions options_;
};

}  // namespace

std::vector<Route> mcp_routes(const McpToolParts& parts, McpRouteOptions options) {
  // Shared by the handler, which is copied.
  auto server = std::make_shared<McpServer>(parts, std::move(options));
  Handler handler = [server](CallContext context, Request& request) {
    return server->handle(std::move(context), request);
  };
  std::vector<Route> routes;
  routes.push_back({Method::post, "/mcp", Right::signed_in(), std::move(handler),
                    RouteOptions{.deadline = call_time_max}});
  return routes;
}

}  // namespace aiva::http
