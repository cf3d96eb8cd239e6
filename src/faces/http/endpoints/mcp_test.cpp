#include "faces/http/endpoints/mcp.h"

#include <gtest/gtest.h>

#include <string>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "faces/http/endpoints/openai_fixture.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;
using identity::Permission;

// Finds one prepared passage and remembers what it was asked.
class OnePassage final : public search::Search {
 public:
  Task<Result<search::SearchAnswer>> search(CallContext, search::SearchRequest request) override {
    asked.push_back(request);
    if (failure) co_return fail(*failure);
    search::SearchAnswer answer;
    search::TextHit hit{
        .chunk = {.text = "Refunds take \"ten\" days."}, .score = 0.5, .highlight_page = 3};
    hit.chunk.document_name = "Handbook.pdf";
    answer.hits.push_back(std::move(hit));
    co_return answer;
  }
  Task<Result<std::int64_t>> forget_answers(CallContext, KnowledgeBaseId) override {
    co_return std::int64_t{0};
  }

  std::optional<Error> failure;
  std::vector<search::SearchRequest> asked;
};

class McpEndpoint : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    server_ = std::make_unique<TestServer>(
        mcp_routes({.search = search_, .knowledge = *knowledge_, .completions = &completions_},
                   {.version = "9.9", .origins = {"https://shop.example"}}));
    auto add = [this](std::string secret, identity::PermissionSet permissions) {
      server_->authenticator.add(std::move(secret),
                                 {.tenant = tenant_, .permissions = permissions});
    };
    add("all", {Permission::search, Permission::chat});
    add("searcher", {Permission::search});
    add("nobody", {});
  }
  void TearDown() override { server_.reset(); }

  RawResponse post(std::string body, std::vector<std::string> headers = {},
                   const std::string& who = "all") {
    headers.push_back("Authorization: Bearer " + who);
    headers.emplace_back("Accept: application/json, text/event-stream");
    return server_->send({.method = "POST",
                          .target = "/mcp",
                          .headers = std::move(headers),
                          .body = std::move(body)});
  }
  static json::Object read(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (!value || !value->is_object()) {
      ADD_FAILURE() << response.status << " " << response.body;
      return {};
    }
    return value->get_object();
  }
  json::Object ask(const std::string& method, const std::string& params = "{}",
                   const std::string& who = "all") {
    auto response =
        post(R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":)" + params + "}", {},
             who);
    EXPECT_EQ(response.status, 200) << response.body;
    auto message = read(response);
    EXPECT_EQ(message.at("id"), 7);
    return message;
  }
  json::Object result(const std::string& method, const std::string& params = "{}",
                      const std::string& who = "all") {
    auto message = ask(method, params, who);
    if (!message.contains("result")) {
      ADD_FAILURE() << json::to_text(message);
      return {};
    }
    return message.at("result").get_object();
  }
  static std::string text_of(const json::Object& outcome) {
    return outcome.at("content").get_array().at(0).get_object().at("text").get_string().c_str();
  }
  static std::int64_t code_of(const json::Object& message) {
    return message.contains("error")
               ? message.at("error").get_object().at("code").to_number<std::int64_t>()
               : 0;
  }

  OnePassage search_;
  PreparedCompletions completions_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(McpEndpoint, agrees_on_a_revision) {
  auto agreed = [this](const std::string& wanted) {
    auto said = result("initialize", R"({"protocolVersion":")" + wanted +
                                         R"(","capabilities":{},"clientInfo":{"name":"t"}})");
    return std::string(said.at("protocolVersion").get_string().c_str());
  };

  EXPECT_EQ(agreed("2025-06-18"), "2025-06-18");
  EXPECT_EQ(agreed("2025-03-26"), "2025-03-26");
  EXPECT_EQ(agreed("2031-01-01"), "2025-06-18");
  EXPECT_EQ(result("initialize").at("serverInfo").get_object().at("version"), "9.9");
  EXPECT_EQ(post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").status, 202);
  EXPECT_TRUE(result("ping").empty());
}

TEST_F(McpEndpoint, lists_what_the_caller_may_use) {
  auto count = [this](const std::string& who) {
    return result("tools/list", "{}", who).at("tools").get_array().size();
  };

  EXPECT_EQ(count("all"), 2U);
  EXPECT_EQ(count("searcher"), 1U);
  EXPECT_EQ(count("nobody"), 0U);
}

TEST_F(McpEndpoint, searches_one_knowledge_base_or_all) {
  auto first = make_base("Handbook");
  auto second = make_base("Prices");

  auto found = result("tools/call", R"({"name":"search_knowledge","arguments":{"query":"refund",
      "knowledge_base":"Prices","top_k":3}})");
  EXPECT_EQ(text_of(found), "[1] Handbook.pdf, page 3\nRefunds take \"ten\" days.\n\n");
  EXPECT_EQ(found.at("isError"), false);
  const auto& hits = found.at("structuredContent").get_object().at("results").get_array();
  EXPECT_EQ(hits.at(0).get_object().at("page"), 3);
  EXPECT_EQ(search_.asked.back().knowledge_base, second->id);
  EXPECT_EQ(search_.asked.back().top_k, 3);

  result("tools/call", R"({"name":"search_knowledge","arguments":{"query":"refund"}})");
  EXPECT_EQ(search_.asked.back().other_bases.size(), 1U);
  result("tools/call", R"({"name":"search_knowledge","arguments":{"query":"a","knowledge_base":")" +
                           first->id.to_string() + R"("}})");
  EXPECT_EQ(search_.asked.back().knowledge_base, first->id);
}

TEST_F(McpEndpoint, asks_an_agent) {
  completions_.answer = cited_answer();

  auto answer = result("tools/call",
                       R"({"name":"ask_agent","arguments":{"agent":"desk","question":"When?"}})");

  EXPECT_EQ(text_of(answer), "Ten days [1].\n\nSources:\n[1] a.pdf, page 1");
  EXPECT_EQ(completions_.asked.front().agent, "desk");
  EXPECT_EQ(completions_.asked.front().messages.front().content, "When?");
  EXPECT_EQ(completions_.tenants.front(), tenant_);
}

TEST_F(McpEndpoint, tells_what_goes_wrong_inside_a_tool_as_its_result) {
  auto call = [this](const std::string& arguments) {
    return result("tools/call", R"({"name":"search_knowledge","arguments":)" + arguments + "}");
  };

  EXPECT_EQ(text_of(call("{}")), "The arguments are not valid; query is required");
  EXPECT_EQ(call(R"({"query":"a","x":1})").at("isError"), true);
  EXPECT_EQ(text_of(call(R"({"query":"a"})")), "There is no knowledge base");
  EXPECT_EQ(text_of(call(R"({"query":"a","knowledge_base":"none"})")),
            "No knowledge base has that name");
  make_base("Handbook");
  search_.failure = Error{.code = ErrorCode::quota_exceeded, .message = "Not enough credit"};
  EXPECT_EQ(text_of(call(R"({"query":"a"})")), "Not enough credit");
}

TEST_F(McpEndpoint, answers_errors_of_the_protocol) {
  EXPECT_EQ(code_of(ask("resources/list")), -32601);
  EXPECT_EQ(code_of(ask("tools/call", R"({"name":"rm"})")), -32602);
  EXPECT_EQ(code_of(ask("tools/call", R"({"name":"ask_agent"})", "searcher")), -32602);
  auto parse = post("{");
  EXPECT_EQ(parse.status, 400);
  EXPECT_EQ(code_of(read(parse)), -32700);
  for (const char* body :
       {"1", R"({"id":1,"method":"ping"})", R"({"jsonrpc":"2.0","id":{},"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"result":[]})",
        R"({"jsonrpc":"2.0","result":{},"method":5})"}) {
    auto answer = post(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(code_of(read(answer)), -32600) << body;
  }
  auto params = post(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})");
  EXPECT_EQ(params.status, 400);
  EXPECT_EQ(code_of(read(params)), -32602);
}

TEST_F(McpEndpoint, answers_batches_of_the_older_revision) {
  const std::string batch =
      R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},
          {"jsonrpc":"2.0","id":"b","method":"none"},5])";

  auto answers = json::parse(post(batch).body);
  ASSERT_TRUE(answers && answers->is_array());
  EXPECT_EQ(answers->get_array().size(), 3U);
  EXPECT_EQ(post(R"([{"jsonrpc":"2.0","method":"notifications/x"}])").status, 202);
  EXPECT_EQ(post("[]").status, 400);
  EXPECT_EQ(post(batch, {"MCP-Protocol-Version: 2025-06-18"}).status, 400);
}

TEST_F(McpEndpoint, keeps_the_rules_of_the_transport) {
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

  EXPECT_EQ(post(ping, {"Origin: https://evil.example"}).status, 403);
  EXPECT_EQ(post(ping, {"Origin: https://shop.example"}).status, 200);
  EXPECT_EQ(post(ping, {"MCP-Protocol-Version: 2025-03-26"}).status, 200);
  EXPECT_EQ(post(ping, {"MCP-Protocol-Version: 1999-01-01"}).status, 400);
  EXPECT_EQ(post(ping, {}, "stranger").status, 401);
  EXPECT_EQ(
      server_->send({.method = "GET", .target = "/mcp", .headers = {"Authorization: Bearer all"}})
          .status,
      405);
  EXPECT_EQ(server_
                ->send({.method = "POST",
                        .target = "/mcp",
                        .headers = {"Authorization: Bearer all", "Accept: text/html"},
                        .body = ping})
                .status,
            406);
}

}  // namespace
}  // namespace aiva::http
