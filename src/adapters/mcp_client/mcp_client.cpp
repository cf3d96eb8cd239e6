#include "adapters/mcp_client/mcp_client.h"

#include <atomic>
#include <utility>

#include "adapters/mcp_client/internal/conversation.h"
#include "foundation/crypto.h"
#include "foundation/lru_cache.h"

namespace aiva {
namespace {

using namespace mcp;

constexpr std::chrono::minutes session_time_max{60};
constexpr std::chrono::seconds farewell_time_max{2};
constexpr std::int64_t invalid_params = -32602;
constexpr std::int64_t method_not_found = -32601;

// Sessions belong to an address and the credentials it is asked with.
std::string key_of(const ToolServer& server) {
  std::string text = server.url;
  for (const auto& header : server.headers)
    text.append("\n").append(header.name).append(":").append(header.value);
  return to_hex(sha256(text));
}

std::unexpected<Error> failed(const json::Object& error) {
  return fail(ErrorCode::unavailable, "The tool server says: " + describe_failure(error),
              "code " + std::to_string(failure_code(error)));
}

class McpClient final : public ToolServers {
 public:
  McpClient(HttpClient& http, McpClientOptions options)
      : http_(http),
        options_(std::move(options)),
        sessions_(options_.sessions_max, session_time_max) {}

  Task<Result<std::vector<RemoteTool>>> list_tools(CallContext context,
                                                   ToolServer server) override {
    std::vector<RemoteTool> tools;
    std::string cursor;
    for (std::size_t pages = 0; pages < options_.pages_max; ++pages) {
      json::Object params;
      if (!cursor.empty()) params["cursor"] = cursor;
      auto asking = ask(context, server, "tools/list", std::move(params), nullptr);
      CO_TRY(auto reply, co_await std::move(asking));
      if (reply.is_failure) co_return failed(reply.content);
      CO_TRY_VOID(take_tools(reply.content, tools));
      cursor = text_member(reply.content, "nextCursor");
      if (cursor.empty()) break;
    }
    if (auto entry = sessions_.get(key_of(server))) entry->session->has_other_tools = false;
    co_return tools;
  }

  Task<Result<RemoteAnswer>> call_tool(CallContext context, ToolServer server,
                                       RemoteCall call) override {
    CO_TRY(auto arguments, json::parse(call.arguments));
    json::Object params{{"name", call.name}, {"arguments", std::move(arguments)}};
    auto asking = ask(context, server, "tools/call", std::move(params), &call);
    CO_TRY(auto reply, co_await std::move(asking));
    if (!reply.is_failure) co_return read_tool_answer(reply.content);
    auto code = failure_code(reply.content);
    // A model that named a wrong tool or wrong arguments can do better.
    if (code == invalid_params || code == method_not_found)
      co_return RemoteAnswer{.text = describe_failure(reply.content), .is_error = true};
    co_return failed(reply.content);
  }

  [[nodiscard]] bool has_other_tools(const ToolServer& server) const override {
    auto entry = sessions_.get(key_of(server));
    return entry != nullptr && entry->session->has_other_tools;
  }

 private:
  // The cache hands out constant values; what a session is told changes.
  struct Entry {
    SessionPointer session;  // shared with the calls that use it
  };

  Result<void> take_tools(const json::Object& result, std::vector<RemoteTool>& tools) const {
    const auto* list = result.if_contains("tools");
    if (list == nullptr || !list->is_array())
      return fail(ErrorCode::unavailable, "The tool server does not keep to the protocol",
                  "tools/list without tools");
    for (const auto& item : list->get_array()) {
      auto tool = read_tool(item);
      if (!tool) continue;
      if (tools.size() == options_.tools_max)
        return fail(ErrorCode::too_large, "The tool server offers too many tools");
      tools.push_back(std::move(*tool));
    }
    return {};
  }

  Task<Result<Reply>> ask(CallContext context, const ToolServer& server, std::string method,
                          json::Object params, const RemoteCall* call) {
    for (bool is_second = false;; is_second = true) {
      auto finding = find_session(context, server);
      CO_TRY(auto session, co_await std::move(finding));
      auto asking = ask_once(context, server, *session, method, params, call);
      CO_TRY(auto reply, co_await std::move(asking));
      if (!reply.is_session_gone) co_return reply;
      sessions_.erase(key_of(server));
      if (is_second)
        co_return fail(ErrorCode::unavailable, "The tool server forgets its sessions at once");
    }
  }

  Task<Result<Reply>> ask_once(CallContext context, const ToolServer& server, Session& session,
                               std::string method, json::Object params, const RemoteCall* call) {
    auto id = ++last_id_;
    if (call != nullptr) params["_meta"] = {{"progressToken", id}};
    Conversation conversation(http_, server, &session, call);
    auto asking = conversation.ask(context, id, write_request(id, method, std::move(params)));
    auto reply = co_await std::move(asking);
    bool was_given_up = !reply && (reply.error().code == ErrorCode::timeout ||
                                   reply.error().code == ErrorCode::cancelled);
    if (was_given_up) {
      auto cancelling = cancel(context, server, session, id);
      co_await std::move(cancelling);
    }
    co_return reply;
  }

  // Tells the server that nobody waits any more; it may or may not listen.
  Task<void> cancel(CallContext context, const ToolServer& server, Session& session,
                    std::int64_t id) {
    context.cancellation = {};
    context.deadline = std::chrono::steady_clock::now() + farewell_time_max;
    Conversation conversation(http_, server, &session);
    auto telling = conversation.tell(
        context, write_notification("notifications/cancelled",
                                    {{"requestId", id}, {"reason", "Nobody waits any more"}}));
    (void)co_await std::move(telling);
  }

  Task<Result<SessionPointer>> find_session(CallContext context, const ToolServer& server) {
    auto key = key_of(server);
    if (auto entry = sessions_.get(key)) co_return entry->session;
    auto opening = open_session(context, server);
    CO_TRY(auto session, co_await std::move(opening));
    sessions_.put(key, std::make_shared<const Entry>(Entry{session}));
    co_return session;
  }

  Task<Result<SessionPointer>> open_session(CallContext context, const ToolServer& server) {
    auto id = ++last_id_;
    json::Object params{
        {"protocolVersion", protocol_version},
        {"capabilities", json::Object()},
        {"clientInfo", {{"name", options_.client_name}, {"version", options_.client_version}}}};
    Conversation hello(http_, server, nullptr);
    auto asking = hello.ask(context, id, write_request(id, "initialize", std::move(params)));
    CO_TRY(auto reply, co_await std::move(asking));
    if (reply.is_failure) co_return failed(reply.content);
    auto session = std::make_shared<Session>();
    session->id = std::move(reply.session_id);
    session->version = text_member(reply.content, "protocolVersion");
    if (!is_known_version(session->version))
      co_return fail(ErrorCode::unavailable,
                     "The tool server speaks a revision of the protocol that is not known here");
    const auto* capabilities = reply.content.if_contains("capabilities");
    bool has_tools = capabilities != nullptr && capabilities->is_object() &&
                     capabilities->get_object().contains("tools");
    if (!has_tools) co_return fail(ErrorCode::unavailable, "The server offers no tools");
    Conversation ready(http_, server, session.get());
    auto telling = ready.tell(context, write_notification("notifications/initialized", {}));
    CO_TRY_VOID(co_await std::move(telling));
    co_return session;
  }

  HttpClient& http_;
  McpClientOptions options_;
  std::atomic<std::int64_t> last_id_ = 0;
  mutable LruCache<std::string, Entry> sessions_;
};

}  // namespace

std::unique_ptr<ToolServers> make_mcp_client(HttpClient& http, McpClientOptions options) {
  return std::make_unique<McpClient>(http, std::move(options));
}

}  // namespace aiva
