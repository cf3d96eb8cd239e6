#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"

namespace aiva::functions {

using FunctionId = Id<struct FunctionTag>;
using CallId = Id<struct FunctionCallTag>;

// Whether the model waits for the result, or a job calls the function while the answer goes on.
enum class ExecutionMode { sync, async };

std::string_view to_string(ExecutionMode mode);
std::optional<ExecutionMode> parse_execution_mode(std::string_view text);

struct HeaderTemplate {
  std::string name;
  std::string value;
};

// How a function is called. In the address, header values and strings of the body `{name}` stands
// for an argument, `{secret:NAME}` for a secret of the tenant, `{{` and `}}` for braces.
struct FunctionSettings {
  std::string name;  // [a-zA-Z0-9_-]{1,64}, unique in the agent
  std::string description{};
  std::string parameters = R"({"type":"object","properties":{}})";  // JSON Schema of an object
  ExecutionMode execution_mode = ExecutionMode::sync;
  std::string api_endpoint{};       // https; placeholders behind the host only
  std::string api_method = "POST";  // GET | POST | PUT | PATCH | DELETE
  std::vector<HeaderTemplate> api_headers{};
  std::string api_body{};              // JSON; empty: the arguments, for POST, PUT and PATCH
  std::string response_mapping{};      // JSON pointer, or JSON whose strings are some; empty: all
  int response_bytes_max = 64 * 1024;  // of what the model sees: 256 B to 256 kB
  int timeout_ms = 30'000;             // of an attempt: 1 to 120 s
  int retries = 2;                     // 0 to 5, where a call may be repeated
  bool sends_idempotency_key = false;  // so that POST and PATCH may be repeated, too
  bool is_active = true;
};

struct Function {
  FunctionId id{};
  TenantId tenant{};
  AgentId agent{};
  FunctionSettings settings{};
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

enum class CallStatus { pending, completed, failed };

std::string_view to_string(CallStatus status);
std::optional<CallStatus> parse_call_status(std::string_view text);

// One call as the log keeps it.
struct FunctionCall {
  CallId id{};
  AgentId agent{};
  std::string function_name;
  ChatSessionId session{};  // nil outside of conversations
  MessageId message{};
  CallStatus status = CallStatus::pending;
  std::string arguments{};  // cut
  std::string result{};     // cut
  std::string error{};
  int http_status = 0;  // 0: no answer came
  int attempts = 0;
  double time_ms = 0;
  UnixMs created_at = 0;
  std::optional<UnixMs> completed_at{};
};

struct CallFilter {
  std::optional<CallId> id{};   // that one only
  std::string function_name{};  // empty: any
  std::optional<CallStatus> status{};
  std::optional<ChatSessionId> session{};
  std::optional<UnixMs> from{};
  std::optional<UnixMs> until{};       // the first instant that is out
  std::optional<CallId> older_than{};  // the last one of the page before
  int limit = 50;                      // 1…200
};

struct CallPage {
  std::vector<FunctionCall> items;  // newest first
  bool has_more = false;
};

}  // namespace aiva::functions
