#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "foundation/result.h"
#include "ports/tool_server.h"

namespace aiva::mcp {

// The revisions spoken here, the preferred one first.
inline constexpr std::string_view protocol_version = "2025-06-18";
inline constexpr std::string_view older_protocol_version = "2025-03-26";

bool is_known_version(std::string_view version);

// JSON-RPC 2.0 in text.
std::string write_request(std::int64_t id, std::string_view method, json::Object params);
std::string write_notification(std::string_view method, json::Object params);
// The answer to what a server asks of us: to a ping, nothing; anything else is not known here.
std::string write_reply(const json::Value& id, std::string_view method);

// What a server sent.
struct Message {
  enum class Kind { answer, failure, request, notification } kind = Kind::notification;
  json::Value id{};
  std::string method{};    // of requests and notifications
  json::Object content{};  // result, error or params
};

// One message, or a batch of them as the older revision allows. Fails with `unavailable` when it is
// neither.
Result<std::vector<Message>> read_messages(std::string_view text);

// The sentence of a JSON-RPC error, cut: strangers write it.
std::string describe_failure(const json::Object& error);
std::int64_t failure_code(const json::Object& error);

// The members of an object, empty when they are absent or of another type.
std::string text_member(const json::Object& object, std::string_view name);
std::optional<double> number_member(const json::Object& object, std::string_view name);

// What a tool answered, as text: pictures and sounds are named, not shown.
RemoteAnswer read_tool_answer(const json::Object& result);
// Nothing when it has no name.
std::optional<RemoteTool> read_tool(const json::Value& value);

}  // namespace aiva::mcp
