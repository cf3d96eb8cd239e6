#include "capabilities/functions/internal/compiled_server.h"

#include <algorithm>
#include <array>

#include "capabilities/functions/internal/function_compiler.h"

namespace aiva::functions {
namespace {

// Headers of the protocol itself.
constexpr std::array<std::string_view, 6> protocol_headers = {
    "accept", "content-type", "last-event-id", "mcp-protocol-version", "mcp-session-id", "origin"};
constexpr std::size_t name_length_max = 32;
constexpr std::size_t allowed_tools_max = 256;
constexpr std::size_t tool_name_bytes_max = 256;

Result<std::string> secret_value(const TextTemplate::Part& part, const SecretValues& secrets) {
  auto found = secrets.find(part.text);
  if (found == secrets.end())
    return fail(ErrorCode::invalid, "The secret " + part.text + " of this server is missing");
  return found->second;
}

}  // namespace

Result<std::shared_ptr<const CompiledServer>> CompiledServer::compile(const McpServer& server,
                                                                      const AddressRules& rules) {
  const auto& settings = server.settings;
  Error error{.code = ErrorCode::invalid, .message = "The server of tools is not valid"};
  auto complain = [&error](std::string field, std::string message) {
    error.details.push_back({std::move(field), std::move(message)});
  };
  if (!is_template_name(settings.name) || settings.name.size() > name_length_max)
    complain("name", "must be 1 to 32 letters, digits, underscores and hyphens");
  if (settings.allowed_tools) {
    bool are_names = settings.allowed_tools->size() <= allowed_tools_max;
    for (const auto& tool : *settings.allowed_tools)
      are_names = are_names && !tool.empty() && tool.size() <= tool_name_bytes_max;
    if (!are_names) complain("allowed_tools", "must be at most 256 names of tools");
  }
  for (const auto& header : settings.headers) {
    auto name = header.name;
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (std::ranges::find(protocol_headers, name) != protocol_headers.end())
      complain("headers." + header.name, "is not yours to set");
  }
  // An address, headers and a time are what a function has, too: the same rules hold.
  Function shape{.settings = {.name = "call",
                              .api_endpoint = settings.url,
                              .api_headers = settings.headers,
                              .timeout_ms = settings.timeout_ms}};
  auto checked = CompiledFunction::compile(std::move(shape), rules);
  if (!checked)
    for (const auto& detail : checked.error().details) {
      auto field = detail.field;
      if (field == "api_endpoint") field = "url";
      if (field.starts_with("api_headers")) field.erase(0, 4);
      complain(std::move(field), detail.message);
    }
  if (!error.details.empty()) return fail(std::move(error));
  auto compiled = std::make_shared<CompiledServer>();
  compiled->id_ = server.id;
  compiled->name_ = settings.name;
  compiled->secrets_ = (*checked)->secrets();
  compiled->timeout_ms_ = settings.timeout_ms;
  TRY(compiled->url_, TextTemplate::parse(settings.url));
  for (const auto& [name, value] : settings.headers) {
    TRY(auto text, TextTemplate::parse(value));
    compiled->headers_.emplace_back(name, std::move(text));
  }
  TRY(auto destination, read_destination(settings.url));
  compiled->may_be_private_ = rules.may_be_private(destination.authority);
  return compiled;
}

Result<ToolServer> CompiledServer::address(const SecretValues& secrets) const {
  ToolServer server{.url = {},
                    .timeout = std::chrono::milliseconds(timeout_ms_),
                    .may_reach_private_addresses = may_be_private_};
  TRY(server.url, url_.expand([&](const TextTemplate::Part& part) -> Result<std::string> {
    TRY(auto value, secret_value(part, secrets));
    return percent_encode(value);
  }));
  for (const auto& [name, text] : headers_) {
    TRY(auto value,
        text.expand([&](const TextTemplate::Part& part) { return secret_value(part, secrets); }));
    server.headers.push_back({name, std::move(value)});
  }
  return server;
}

}  // namespace aiva::functions
