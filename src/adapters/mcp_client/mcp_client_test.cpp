#include "adapters/mcp_client/mcp_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "foundation/json.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva {
namespace {

json::Object object_of(const HttpRequest& request) {
  return json::parse(request.body)->get_object();
}

std::string method_of(const HttpRequest& request) {
  return object_of(request).at("method").get_string().c_str();
}

std::string header_of(const HttpRequest& request, const std::string& name) {
  for (const auto& header : request.headers)
    if (header.name == name) return header.value;
  return {};
}

// A server of tools that the test writes; it greets by itself.
class McpClientOf : public ::testing::Test {
 protected:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest&)>;

  static HttpResponse json_answer(const std::string& body) {
    return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = body};
  }
  static HttpResponse events(const std::string& body) {
    return {.status = 200,
            .headers = {{"Content-Type", "text/event-stream; charset=utf-8"}},
            .body = body};
  }
  static std::string result(const HttpRequest& request, const std::string& content) {
    return R"({"jsonrpc":"2.0","id":)" + json::to_text(object_of(request).at("id")) +
           R"(,"result":)" + content + "}";
  }
  static std::string event(const std::string& data) {
    return "event: message\ndata: " + data + "\n\n";
  }

  Result<HttpResponse> greet(const HttpRequest& request) {
    auto method = method_of(request);
    if (method == "initialize") {
      auto answer = json_answer(result(request, R"({"protocolVersion":")" + version_ +
                                                    R"(","capabilities":)" + capabilities_ + "}"));
      answer.headers.push_back({"Mcp-Session-Id", "session-" + std::to_string(++sessions_)});
      return answer;
    }
    if (method.starts_with("notifications/")) return HttpResponse{.status = 202};
    return answer_(request);
  }

  std::vector<std::string> methods() {
    std::vector<std::string> methods;
    for (const auto& request : http_.requests())
      methods.push_back(object_of(request).contains("method") ? method_of(request) : "(answer)");
    return methods;
  }
  Result<RemoteAnswer> call(std::string name, std::string arguments = "{}") {
    return sync_wait(client_->call_tool(
        {}, server_, {.name = std::move(name), .arguments = std::move(arguments)}));
  }

  std::string version_ = "2025-06-18";
  std::string capabilities_ = R"({"tools":{"listChanged":true}})";
  int sessions_ = 0;
  Answer answer_;
  ScriptedHttpClient http_{[this](const HttpRequest& request) -> Result<HttpResponse> {
    if (!object_of(request).contains("method")) return HttpResponse{.status = 202};
    return greet(request);
  }};
  std::unique_ptr<ToolServers> client_ = make_mcp_client(http_);
  ToolServer server_{.url = "https://tools.example/mcp",
                     .headers = {{"Authorization", "Bearer t"}}};
};

TEST_F(McpClientOf, greets_once_and_keeps_its_session) {
  answer_ = [](const HttpRequest& request) {
    return json_answer(result(request, R"({"tools":[]})"));
  };

  ASSERT_TRUE(sync_wait(client_->list_tools({}, server_)).has_value());
  ASSERT_TRUE(sync_wait(client_->list_tools({}, server_)).has_value());

  EXPECT_EQ(methods(), (std::vector<std::string>{"initialize", "notifications/initialized",
                                                 "tools/list", "tools/list"}));
  auto last = http_.requests().back();
  EXPECT_EQ(header_of(last, "Mcp-Session-Id"), "session-1");
  EXPECT_EQ(header_of(last, "MCP-Protocol-Version"), "2025-06-18");
  EXPECT_EQ(header_of(last, "Authorization"), "Bearer t");
  EXPECT_EQ(header_of(last, "Accept"), "application/json, text/event-stream");
}

TEST_F(McpClientOf, speaks_the_older_revision_and_no_unknown_one) {
  answer_ = [](const HttpRequest& request) {
    return json_answer(result(request, R"({"tools":[]})"));
  };
  version_ = "2025-03-26";
  EXPECT_TRUE(sync_wait(client_->list_tools({}, server_)).has_value());
  EXPECT_EQ(header_of(http_.requests().back(), "MCP-Protocol-Version"), "2025-03-26");

  version_ = "1999-01-01";
  server_.url = "https://other.example/mcp";
  auto unknown = sync_wait(client_->list_tools({}, server_));
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::unavailable);
}

TEST_F(McpClientOf, refuses_a_server_without_tools) {
  capabilities_ = R"({"resources":{}})";

  EXPECT_EQ(sync_wait(client_->list_tools({}, server_)).error().message,
            "The server offers no tools");
}

TEST_F(McpClientOf, reads_all_pages_of_tools) {
  answer_ = [](const HttpRequest& request) {
    auto params = object_of(request).at("params").get_object();
    if (!params.contains("cursor"))
      return json_answer(result(request, R"({"tools":[{"name":"a","description":"A",
          "inputSchema":{"type":"object","x":1}},{"description":"no name"}],"nextCursor":"p2"})"));
    return json_answer(result(request, R"({"tools":[{"name":"b"}]})"));
  };

  auto tools = sync_wait(client_->list_tools({}, server_));

  ASSERT_TRUE(tools.has_value());
  ASSERT_EQ(tools->size(), 2U);
  EXPECT_EQ(tools->at(0).input_schema, R"({"type":"object","x":1})");
  EXPECT_EQ(tools->at(1).name, "b");
}

TEST_F(McpClientOf, gives_up_on_endless_lists) {
  answer_ = [](const HttpRequest& request) {
    return json_answer(result(request, R"({"tools":[{"name":"a"},{"name":"b"},{"name":"c"},
        {"name":"d"},{"name":"e"},{"name":"f"},{"name":"g"},{"name":"h"},{"name":"i"}],
        "nextCursor":"more"})"));
  };

  auto tools = sync_wait(client_->list_tools({}, server_));

  ASSERT_FALSE(tools.has_value());
  EXPECT_EQ(tools.error().code, ErrorCode::too_large);
}

TEST_F(McpClientOf, calls_a_tool_over_json_and_over_events) {
  bool is_stream = false;
  answer_ = [&is_stream](const HttpRequest& request) {
    auto text = result(request, R"({"content":[{"type":"text","text":"sunny"},
        {"type":"image","mimeType":"image/png","data":"xx"}]})");
    text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
    return is_stream ? events(": hi\n\n" + event(text)) : json_answer(text);
  };

  auto plain = call("weather", R"({"city":"Rome"})");
  is_stream = true;
  auto streamed = call("weather");

  ASSERT_TRUE(plain && streamed);
  EXPECT_EQ(plain->text, "sunny\n(image of type image/png)");
  EXPECT_EQ(streamed->text, plain->text);
  EXPECT_FALSE(plain->is_error);
  const auto sent = object_of(http_.requests().at(2)).at("params").get_object();
  EXPECT_EQ(sent.at("name"), "weather");
  EXPECT_EQ(sent.at("arguments"), (json::Object{{"city", "Rome"}}));
}

TEST_F(McpClientOf, hears_progress_changes_and_questions_before_the_answer) {
  answer_ = [](const HttpRequest& request) {
    return events(
        event(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,)"
              R"("total":4,"message":"a quarter"}})") +
        event(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})") +
        event(R"({"jsonrpc":"2.0","id":"p","method":"ping"})") +
        event(R"({"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}})") +
        event(result(request, R"({"content":[],"structuredContent":{"n":1}})")));
  };
  std::vector<std::string> heard;

  auto answer = sync_wait(client_->call_tool(
      {}, server_, {.name = "slow", .on_progress = [&heard](const ToolProgress& progress) {
                      heard.push_back(progress.message);
                    }}));

  ASSERT_TRUE(answer.has_value()) << answer.error().cause;
  EXPECT_EQ(answer->text, R"({"n":1})");
  EXPECT_EQ(heard, std::vector<std::string>{"a quarter"});
  EXPECT_TRUE(client_->has_other_tools(server_));
  std::string answers;
  for (const auto& request : http_.requests())
    if (!object_of(request).contains("method")) answers += request.body + "\n";
  EXPECT_EQ(answers,
            "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}\n"
            "{\"jsonrpc\":\"2.0\",\"id\":9,\"error\":{\"code\":-32601,\"message\":\"Not offered by "
            "this client\"}}\n");
}

TEST_F(McpClientOf, opens_a_new_session_when_the_old_one_is_gone) {
  answer_ = [](const HttpRequest& request) -> Result<HttpResponse> {
    if (header_of(request, "Mcp-Session-Id") == "session-1") return HttpResponse{.status = 404};
    return json_answer(result(request, R"({"content":[{"type":"text","text":"ok"}]})"));
  };

  auto answer = call("a");

  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->text, "ok");
  EXPECT_EQ(sessions_, 2);

  answer_ = [](const HttpRequest&) { return HttpResponse{.status = 404}; };
  EXPECT_EQ(call("a").error().code, ErrorCode::unavailable);
}

TEST_F(McpClientOf, tells_the_model_of_wrong_calls_and_us_of_broken_servers) {
  answer_ = [](const HttpRequest& request) {
    auto id = json::to_text(object_of(request).at("id"));
    return json_answer(R"({"jsonrpc":"2.0","id":)" + id +
                       R"(,"error":{"code":-32602,"message":"Unknown tool: x"}})");
  };
  auto wrong = call("x");
  ASSERT_TRUE(wrong.has_value());
  EXPECT_TRUE(wrong->is_error);
  EXPECT_EQ(wrong->text, "Unknown tool: x");

  for (const char* body : {"", "no", "[]", "{}", R"({"jsonrpc":"2.0","id":777,"result":{}})"}) {
    answer_ = [body](const HttpRequest&) { return json_answer(body); };
    EXPECT_EQ(call("x").error().code, ErrorCode::unavailable) << body;
  }
  answer_ = [](const HttpRequest&) { return events("data: {\"jsonrpc\":\"2.0\"}\n\n"); };
  EXPECT_EQ(call("x").error().code, ErrorCode::unavailable);
  answer_ = [](const HttpRequest&) { return events(": nothing\n\n"); };
  EXPECT_EQ(call("x").error().code, ErrorCode::unavailable);
  for (int status : {302, 401, 500}) {
    answer_ = [status](const HttpRequest&) { return HttpResponse{.status = status}; };
    EXPECT_EQ(call("x").error().code, ErrorCode::unavailable) << status;
  }
}

TEST_F(McpClientOf, cancels_at_the_server_what_it_gives_up) {
  answer_ = [](const HttpRequest&) -> Result<HttpResponse> {
    return fail(ErrorCode::timeout, "The call took too long");
  };

  EXPECT_EQ(call("slow").error().code, ErrorCode::timeout);

  auto last = http_.requests().back();
  EXPECT_EQ(method_of(last), "notifications/cancelled");
  auto asked = object_of(http_.requests().at(2)).at("id");
  EXPECT_EQ(object_of(last).at("params").get_object().at("requestId"), asked);
}

}  // namespace
}  // namespace aiva
