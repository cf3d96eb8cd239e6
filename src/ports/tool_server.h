#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/http_client.h"

namespace aiva {

// Where somebody else's tools are, and what every request to it carries.
struct ToolServer {
  std::string url;                            // absolute, http or https
  std::vector<HttpHeader> headers{};          // credentials; never logged
  std::chrono::milliseconds timeout{30'000};  // of one request
  std::size_t answer_bytes_max = 1024 * 1024;
  bool may_reach_private_addresses = false;
};

// A tool as its server describes it. None of it is to be trusted.
struct RemoteTool {
  std::string name{};
  std::string description{};
  std::string input_schema = R"({"type":"object"})";  // JSON object
};

// How far a call has come, as its server says.
struct ToolProgress {
  double progress = 0;
  std::optional<double> total{};
  std::string message{};
};

struct RemoteCall {
  std::string name{};
  std::string arguments = "{}";                            // JSON object
  std::function<void(const ToolProgress&)> on_progress{};  // may be empty; quick, any thread
};

// What a tool answered.
struct RemoteAnswer {
  std::string text{};
  bool is_error = false;  // the text says what went wrong, for the model to read
};

// Servers that offer tools over the Model Context Protocol. Failures: `unavailable` (not reached,
// refuses our credentials, does not keep to the protocol), `forbidden` (a guarded address),
// `too_large`, `invalid` (the URL), and the context's.
class ToolServers {
 public:
  virtual ~ToolServers() = default;
  // All of them, at most so many as one server may offer.
  virtual Task<Result<std::vector<RemoteTool>>> list_tools(CallContext context,
                                                           ToolServer server) = 0;
  // A call that is given up is cancelled at the server. Never made twice, unless the server said
  // that it did not take it.
  virtual Task<Result<RemoteAnswer>> call_tool(CallContext context, ToolServer server,
                                               RemoteCall call) = 0;
  // Whether a server has said since list_tools() that its tools are others now.
  [[nodiscard]] virtual bool has_other_tools(const ToolServer& server) const = 0;
};

}  // namespace aiva
