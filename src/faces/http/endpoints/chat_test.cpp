#include "faces/http/endpoints/chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// A chat whose turns say two words; it fails where a test tells it to.
class PreparedChat final : public chat::Chat {
 public:
  Task<Result<chat::Session>> create_session(CallContext, chat::NewSession session) override {
    created.push_back(session);
    co_return chat::Session{.id = known,
                            .knowledge_base = session.knowledge_base,
                            .title = session.title,
                            .metadata = session.metadata};
  }
  Task<Result<chat::Session>> session(CallContext, ChatSessionId id) override {
    if (id != known) co_return fail(ErrorCode::not_found, "There is no such chat session");
    co_return chat::Session{.id = id, .status = has_ended ? "ended" : "active"};
  }
  Task<Result<knowledge::PageOf<chat::Session>>> sessions(CallContext,
                                                          SessionFilter filter) override {
    filters.push_back(filter);
    knowledge::PageOf<chat::Session> page{.items = {}, .total = 41};
    page.items.push_back({.id = known});
    co_return page;
  }
  Task<Result<void>> end_session(CallContext, ChatSessionId) override {
    has_ended = true;
    co_return Result<void>();
  }
  Task<Result<knowledge::PageOf<chat::Message>>> messages(CallContext, ChatSessionId id,
                                                          knowledge::PageRequest) override {
    knowledge::PageOf<chat::Message> page{.items = {}, .total = 2};
    page.items.push_back({.session = id, .role = "user", .answer = {.text = "Hi <b>"}});
    page.items.push_back({.session = id, .role = "assistant", .answer = {.text = "Yes <b> [1]"}});
    page.items.back().answer.sources.push_back({.number = 1, .page = 3, .quote = "Yes."});
    co_return page;
  }
  Task<Result<chat::Answer>> answer(CallContext context, chat::Turn turn) override {
    asked.push_back(turn.content);
    tenants.push_back(context.tenant);
    if (fails_at_once) co_return fail(ErrorCode::conflict, "The session is still answering");
    if (turn.listener) {
      chat::TurnEvent sources{.kind = chat::TurnEvent::Kind::sources};
      sources.sources.push_back({.number = 1, .page = 3});
      CO_TRY_VOID(co_await turn.listener(sources));
      chat::TurnEvent delta{.text = "Yes\n"};
      CO_TRY_VOID(co_await turn.listener(delta));
    }
    if (fails_midway) co_return fail(ErrorCode::unavailable, "The model is down");
    chat::Answer answer{.session = turn.session, .text = "Yes\n<i> [1]"};
    answer.sources.push_back({.number = 1, .document_name = "a.pdf", .page = 3, .quote = "Yes."});
    answer.base_cost = 500;
    answer.final_cost = 600;
    answer.operations.push_back({"search", 500});
    co_return answer;
  }

  Task<Result<void>> cancel(CallContext, ChatSessionId, MessageId message) override {
    cancelled.push_back(message);
    co_return Result<void>();
  }
  Task<Result<std::int64_t>> recover_turns(CallContext, bool) override { co_return 0; }
  chat::ResumableTurns& resumable() override { std::abort(); }
  chat::Completions& completions() override { std::abort(); }

  ChatSessionId known = ChatSessionId::make();
  bool has_ended = false;
  bool fails_at_once = false;
  bool fails_midway = false;
  std::vector<MessageId> cancelled;
  std::vector<chat::NewSession> created;
  std::vector<SessionFilter> filters;
  std::vector<std::string> asked;
  std::vector<TenantId> tenants;
};

// A search that finds one conversation, and goes on.
class PreparedSearch final : public chat::ConversationSearch {
 public:
  Task<Result<chat::FoundConversations>> find(CallContext, chat::ConversationQuery query) override {
    queries.push_back(query);
    chat::FoundConversations found;
    found.items.push_back({.session = {.id = known, .title = "Shoes"},
                           .match = {.field = "message",
                                     .message = MessageId::make(),
                                     .role = "user",
                                     .text = "A <b>refund</b>?",
                                     .marks = {{.start = 5, .length = 6}}}});
    found.next = ListPosition{.key = 7, .id = {known.uuid}};
    co_return found;
  }
  Task<Result<std::int64_t>> keep_up(CallContext) override { co_return 0; }
  Task<Result<std::int64_t>> forget_erased(CallContext) override { co_return 0; }

  ChatSessionId known = ChatSessionId::make();
  std::vector<chat::ConversationQuery> queries;
};

// Keeps the pieces of a body.
class KeptBody final : public BodyWriter {
 public:
  Task<Result<void>> write(std::string piece) override {
    text += piece;
    co_return Result<void>();
  }
  std::string text;
};

class ChatEndpoint : public testing::Test {
 protected:
  Result<Response> call(Method method, std::string_view pattern, Request request) {
    request.method = method;
    for (const auto& route : chat_routes(chat_, search_))
      if (route.method == method && route.path == pattern)
        return sync_wait(route.handler({.tenant = tenant_}, request));
    return fail(ErrorCode::not_found, "no such route");
  }

  Request request(std::string body = {}) {
    Request made;
    made.body = std::move(body);
    made.path_parameters.emplace_back("sessionId", chat_.known.to_string());
    return made;
  }

  json::Value data_of(const Result<Response>& response) {
    EXPECT_TRUE(response);
    if (!response) return {};
    auto parsed = json::parse(response->body);
    EXPECT_TRUE(parsed) << response->body;
    return parsed ? parsed->at("data") : json::Value();
  }

  // Runs a streamed answer to its end.
  std::pair<Result<void>, std::string> drain(Result<Response> response) {
    EXPECT_TRUE(response);
    if (!response || !response->producer) return {fail(ErrorCode::internal, "no stream"), ""};
    EXPECT_TRUE(response->is_event_stream);
    KeptBody body;
    auto outcome = sync_wait(response->producer({}, body));
    return {outcome, body.text};
  }

  PreparedChat chat_;
  PreparedSearch search_;
  TenantId tenant_ = TenantId::make();
};

TEST_F(ChatEndpoint, makes_sessions) {
  auto base = KnowledgeBaseId::make().to_string();

  auto response = call(Method::post, "/api/chat/sessions",
                       request(R"({"title":"T","metadata":{"a":[1]},"kb_id":")" + base + "\"}"));

  auto data = data_of(response);
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(data.at("kb_id").as_string(), base);
  EXPECT_EQ(data.at("status"), "active");
  EXPECT_EQ(data.at("metadata").at("a").at(0), 1);
}

TEST_F(ChatEndpoint, lists_shows_and_ends_sessions) {
  Request page;
  page.query = {{"page", "2"}, {"limit", "10"}, {"status", "active"}};

  auto list = data_of(call(Method::get, "/api/chat/sessions", std::move(page)));
  auto one = data_of(call(Method::get, "/api/chat/sessions/:sessionId", request()));
  auto ended = data_of(call(Method::post, "/api/chat/sessions/:sessionId/end", request()));

  EXPECT_EQ(list.at("total"), 41);
  EXPECT_EQ(list.at("page"), 2);
  ASSERT_THAT(chat_.filters, SizeIs(1));
  EXPECT_EQ(chat_.filters[0].status, "active");
  EXPECT_EQ(chat_.filters[0].page.limit, 10);
  EXPECT_EQ(one.at("status"), "active");
  EXPECT_EQ(ended.at("status"), "ended");
}

TEST_F(ChatEndpoint, finds_sessions_by_words_and_goes_on_where_it_left) {
  Request first;
  first.query = {{"q", "refund"}, {"status", "ended"}, {"limit", "2"}};
  auto found = data_of(call(Method::get, "/api/chat/sessions", std::move(first)));
  Request second;
  second.query = {{"q", "refund"}, {"cursor", std::string(found.at("next_cursor").as_string())}};
  ASSERT_TRUE(call(Method::get, "/api/chat/sessions", std::move(second)));
  Request numbered;
  numbered.query = {{"q", "refund"}, {"page", "2"}};
  auto refused = call(Method::get, "/api/chat/sessions", std::move(numbered));

  const auto& match = found.at("items").at(0).at("match");
  EXPECT_EQ(found.at("items").at(0).at("title"), "Shoes");
  EXPECT_EQ(match.at("text"), "A <b>refund</b>?");
  EXPECT_EQ(match.at("marks").at(0).at("start"), 5);
  EXPECT_EQ(match.at("role"), "user");
  ASSERT_THAT(search_.queries, SizeIs(2));
  EXPECT_EQ(search_.queries[0].status, "ended");
  EXPECT_EQ(search_.queries[0].limit, 2);
  EXPECT_EQ(search_.queries[1].after, (ListPosition{.key = 7, .id = {search_.known.uuid}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_THAT(chat_.filters, testing::IsEmpty());
}

TEST_F(ChatEndpoint, lists_messages_under_both_paths_with_safe_html) {
  Request history;
  history.query = {{"session_id", chat_.known.to_string()}};

  auto by_path = data_of(call(Method::get, "/api/chat/:sessionId/messages", request()));
  auto by_query = data_of(call(Method::get, "/api/chat/history", std::move(history)));

  EXPECT_EQ(by_path, by_query);
  const auto& answer = by_path.at("items").at(1);
  EXPECT_EQ(answer.at("html"), "<p>Yes &lt;b&gt; <cite data-source=\"1\">[1]</cite></p>");
  EXPECT_EQ(answer.at("sources").at(0).at("page"), 3);
  EXPECT_FALSE(by_path.at("items").at(0).as_object().contains("html"));
}

TEST_F(ChatEndpoint, answers_a_message_in_the_shape_of_the_contract) {
  auto data = data_of(call(Method::post, "/api/chat/:sessionId/messages",
                           request(R"({"content":"When?","role":"user"})")));

  EXPECT_EQ(data.at("response").at("text"), "Yes\n<i> [1]");
  EXPECT_THAT(std::string(data.at("response").at("html").as_string()), HasSubstr("&lt;i&gt;"));
  EXPECT_EQ(data.at("sources").at(0).at("document_name"), "a.pdf");
  EXPECT_EQ(data.at("cost"), 0.0006);
  EXPECT_EQ(data.at("cost_breakdown").at("profit_amount"), 0.0001);
  EXPECT_EQ(data.at("cost_breakdown").at("operations").at(0).at("operation"), "search");
  EXPECT_TRUE(data.at("function_calls").as_array().empty());
  EXPECT_TRUE(data.at("agent_metadata").at("agent_id").is_null());
  EXPECT_THAT(chat_.asked, ElementsAre("When?"));
}

TEST_F(ChatEndpoint, streams_sources_deltas_and_the_whole_answer) {
  for (bool is_by_header : {true, false}) {
    auto asked =
        request(is_by_header ? R"({"content":"When?"})" : R"({"content":"When?","stream":true})");
    if (is_by_header) asked.headers.push_back({"Accept", "text/event-stream"});

    auto [outcome, text] =
        drain(call(Method::post, "/api/chat/:sessionId/messages", std::move(asked)));

    ASSERT_TRUE(outcome);
    EXPECT_THAT(text, testing::StartsWith("event: sources\ndata: {\"sources\":[{\"number\":1"));
    EXPECT_THAT(text, HasSubstr("\n\nevent: delta\ndata: {\"text\":\"Yes\\n\"}\n\nevent: done\n"));
    EXPECT_THAT(text, HasSubstr("\"document_name\":\"a.pdf\""));
    EXPECT_EQ(chat_.tenants.back(), tenant_);
  }
}

TEST_F(ChatEndpoint, fails_as_http_before_the_first_event_and_as_an_event_after_it) {
  chat_.fails_at_once = true;
  auto early = drain(call(Method::post, "/api/chat/:sessionId/messages",
                          request(R"({"content":"When?","stream":true})")));
  chat_.fails_at_once = false;
  chat_.fails_midway = true;
  auto late = drain(call(Method::post, "/api/chat/:sessionId/messages",
                         request(R"({"content":"When?","stream":true})")));

  ASSERT_FALSE(early.first);
  EXPECT_EQ(early.first.error().code, ErrorCode::conflict);
  EXPECT_EQ(early.second, "");
  ASSERT_TRUE(late.first);
  EXPECT_THAT(late.second, HasSubstr("event: error\ndata: {\"code\":\"unavailable\""));
  EXPECT_THAT(late.second, testing::Not(HasSubstr("event: done")));
}

TEST_F(ChatEndpoint, makes_a_session_for_a_message_without_one) {
  auto first = data_of(call(Method::post, "/api/chat/message", request(R"({"message":"Hi"})")));
  auto other = ChatSessionId::make().to_string();
  auto second = data_of(call(Method::post, "/api/chat/message",
                             request(R"({"message":"Hi","session_id":")" + other + "\"}")));

  EXPECT_THAT(chat_.created, SizeIs(1));
  EXPECT_EQ(first.at("session_id").as_string(), chat_.known.to_string());
  EXPECT_EQ(second.at("session_id").as_string(), other);
}

TEST_F(ChatEndpoint, refuses_hostile_requests_by_field) {
  struct Case {
    std::string_view path;
    std::string body;
    std::string field;
  };
  for (const auto& [path, body, field] : std::vector<Case>{
           {"/api/chat/:sessionId/messages", "{}", "content"},
           {"/api/chat/:sessionId/messages", R"({"content":""})", "content"},
           {"/api/chat/:sessionId/messages", R"({"content":"x","role":"system"})", "role"},
           {"/api/chat/:sessionId/messages", R"({"content":"x","stream":"yes"})", "stream"},
           {"/api/chat/message", R"({"message":"x","session_id":"1"})", "session_id"},
           {"/api/chat/message", R"({"message":"x","image":"data:"})", "image"},
           {"/api/chat/sessions", R"({"kb_id":"nope"})", "kb_id"},
           {"/api/chat/sessions", R"({"metadata":[]})", "metadata"},
       }) {
    auto response = call(Method::post, path, request(body));

    ASSERT_FALSE(response) << body;
    EXPECT_EQ(response.error().code, ErrorCode::invalid);
    ASSERT_THAT(response.error().details, SizeIs(1)) << body;
    EXPECT_EQ(response.error().details[0].field, field);
  }
  EXPECT_TRUE(chat_.asked.empty());
  EXPECT_FALSE(call(Method::get, "/api/chat/history", {}));
}

TEST_F(ChatEndpoint, takes_a_malformed_session_id_for_no_such_session) {
  Request odd;
  odd.path_parameters.emplace_back("sessionId", "' OR 1=1");

  auto response = call(Method::get, "/api/chat/sessions/:sessionId", std::move(odd));

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::http
