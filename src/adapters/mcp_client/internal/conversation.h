#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/mcp_client/internal/messages.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/http_client.h"
#include "ports/tool_server.h"

namespace aiva::mcp {

// What a server has agreed to.
struct Session {
  std::string id{};  // empty: the server keeps none
  std::string version{protocol_version};
  std::atomic<bool> has_other_tools = false;
};
using SessionPointer = std::shared_ptr<Session>;

// What came of a request.
struct Reply {
  bool is_failure = false;
  bool is_session_gone = false;  // 404: the server wants a new session; it took nothing
  json::Object content{};        // the result, or the JSON-RPC error
  std::string session_id{};      // as the answer's head says
};

// One message to a server, and whatever it sends until it has answered. For one call.
class Conversation {
 public:
  // Everything is borrowed. `session` is null before there is one.
  Conversation(HttpClient& http, const ToolServer& server, Session* session,
               const RemoteCall* call = nullptr)
      : http_(http), server_(server), session_(session), call_(call) {}

  // Sends a request and reads until it is answered.
  Task<Result<Reply>> ask(CallContext context, std::int64_t id, std::string message);
  // Sends what has no answer.
  Task<Result<void>> tell(CallContext context, std::string message);

 private:
  [[nodiscard]] HttpRequest make_request(std::string message) const;
  Task<Result<Reply>> read_stream(CallContext context, HttpStream& stream, std::int64_t id);
  // Takes the messages of one event; whether the answer was among them.
  Result<bool> take(std::string_view text, std::int64_t id, Reply& reply);
  Task<void> answer_server(CallContext context);
  void take_notification(const Message& message);

  HttpClient& http_;
  const ToolServer& server_;
  Session* session_;
  const RemoteCall* call_;
  std::vector<std::string> replies_;  // to what the server asked meanwhile
};

}  // namespace aiva::mcp
