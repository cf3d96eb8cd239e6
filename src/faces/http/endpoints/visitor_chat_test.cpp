#include "faces/http/endpoints/visitor_chat.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "capabilities/agents/testing/agents_fixture.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"
#include "ports/testing/map_cache.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

// Answers every message with its own words; remembers sessions by their tenant.
class EchoChat final : public chat::Chat {
 public:
  Task<Result<chat::Session>> create_session(CallContext context,
                                             chat::NewSession session) override {
    chat::Session made{.id = ChatSessionId::make(),
                       .tenant = context.tenant,
                       .agent = session.agent,
                       .metadata = session.metadata};
    sessions_[made.id] = made;
    co_return made;
  }
  Task<Result<chat::Session>> session(CallContext context, ChatSessionId id) override {
    auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second.tenant != context.tenant)
      co_return fail(ErrorCode::not_found, "No such session");
    co_return found->second;
  }
  Task<Result<knowledge::PageOf<chat::Session>>> sessions(CallContext, SessionFilter) override {
    co_return knowledge::PageOf<chat::Session>{};
  }
  Task<Result<void>> end_session(CallContext, ChatSessionId id) override {
    sessions_[id].status = "ended";
    co_return Result<void>();
  }
  Task<Result<knowledge::PageOf<chat::Message>>> messages(CallContext context, ChatSessionId id,
                                                          knowledge::PageRequest) override {
    CO_TRY_VOID(co_await session(context, id));
    chat::Message message{.id = MessageId::make(), .session = id, .role = "user"};
    message.answer.text = "earlier";
    co_return knowledge::PageOf<chat::Message>{.items = {message}, .total = 1};
  }
  Task<Result<chat::Answer>> answer(CallContext context, chat::Turn turn) override {
    CO_TRY_VOID(co_await session(context, turn.session));
    EXPECT_TRUE(context.user.is_nil());
    if (turn.content == "fail") co_return fail(ErrorCode::unavailable, "The model is down");
    if (turn.listener) {
      chat::TurnEvent sources{.kind = chat::TurnEvent::Kind::sources};
      CO_TRY_VOID(co_await turn.listener(std::move(sources)));
      chat::TurnEvent delta{.text = turn.content};
      CO_TRY_VOID(co_await turn.listener(std::move(delta)));
    }
    if (turn.content == "break") co_return fail(ErrorCode::unavailable, "The model broke off");
    chat::Answer answer{.session = turn.session, .text = turn.content, .model = "secret-model"};
    answer.sources = {{.number = 1, .document_name = "menu.pdf", .page = 3, .quote = "soup"},
                      {.number = 2, .document_name = "plan.pdf", .is_cited = false}};
    answer.final_cost = 12345;
    co_return answer;
  }
  Task<Result<void>> cancel(CallContext context, ChatSessionId id, MessageId message) override {
    CO_TRY_VOID(co_await session(context, id));
    cancelled_ = message;
    co_return Result<void>();
  }
  Task<Result<std::int64_t>> recover_turns(CallContext, bool) override { co_return 0; }
  chat::ResumableTurns& resumable() override { std::abort(); }
  chat::Completions& completions() override { std::abort(); }

  std::map<ChatSessionId, chat::Session> sessions_;
  MessageId cancelled_{};
};

// Remembers the last rating; nobody answers in its conversations.
class Raters final : public chat::People {
 public:
  Task<Result<chat::Feedback>> rate(CallContext context, ChatSessionId session, MessageId message,
                                    int rating, std::string comment) override {
    last_ = {.message = message, .session = session, .rating = rating, .comment = comment};
    tenant_ = context.tenant;
    co_return last_;
  }
  Task<Result<void>> withdraw_rating(CallContext, ChatSessionId, MessageId) override {
    last_ = {};
    co_return Result<void>();
  }
  Task<Result<chat::Session>> ask_for_person(CallContext, ChatSessionId, std::string,
                                             std::string) override {
    std::abort();
  }
  Task<Result<knowledge::PageOf<chat::InboxEntry>>> inbox(CallContext, chat::InboxFilter) override {
    std::abort();
  }
  Task<Result<chat::Session>> claim(CallContext, ChatSessionId) override { std::abort(); }
  Task<Result<chat::Message>> reply(CallContext, ChatSessionId, std::string) override {
    std::abort();
  }
  Task<Result<chat::Session>> give_back(CallContext, ChatSessionId) override { std::abort(); }
  Task<Result<chat::FeedbackReport>> feedback(CallContext, chat::FeedbackFilter) override {
    std::abort();
  }

  chat::Feedback last_{};
  TenantId tenant_{};
};

class VisitorChat : public agents::AgentsFixture {
 protected:
  void SetUp() override {
    AgentsFixture::SetUp();
    server_ = std::make_unique<TestServer>(visitor_chat_routes(
        {.agents = agents_->active(), .visitors = visitors_, .chat = chat_, .people = &raters_}));
    agent_ = create({.name = "Front <desk>",
                     .slug = "desk",
                     .has_chat_page = true,
                     .widget = object(R"({"allowed_origins":["https://shop.example"],
                         "visitor_messages_per_minute":3})"),
                     .settings = object(R"({"greeting":"\"Hi\" <b>","language":"de"})"),
                     .is_published = true})
                 .value();
  }
  void TearDown() override { server_.reset(); }

  RawResponse get(const std::string& target, const std::string& token = "") {
    return server_->send({.target = target, .headers = {"X-Chat-Token: " + token}});
  }
  RawResponse post(const std::string& target, std::string body, const std::string& token = "",
                   const std::string& origin = "http://test", const std::string& accept = "*/*") {
    return server_->send(
        {.method = "POST",
         .target = target,
         .headers = {"Origin: " + origin, "X-Chat-Token: " + token, "Accept: " + accept},
         .body = std::move(body)});
  }
  std::string open(const std::string& body = "{}", const std::string& origin = "http://test") {
    auto response = post("/aiva/chat/desk/sessions", body, "", origin);
    EXPECT_EQ(response.status, 201) << response.body;
    return std::string(json::parse(response.body)->at("data").at("token").as_string());
  }

  EchoChat chat_;
  Raters raters_;
  MapCache cache_{clock_};
  agents::Visitors visitors_{std::string(32, 'k'), cache_, clock_};
  agents::Agent agent_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(VisitorChat, leads_to_the_call_page_where_visitors_may_call) {
  EXPECT_FALSE(get("/aiva/chat/desk").body.contains("/aiva/call/"));
  ASSERT_TRUE(update(agent_.id, {.widget = object(R"({"allows_calls":true})")}).has_value());

  EXPECT_TRUE(get("/aiva/chat/desk").body.contains("href=\"/aiva/call/desk\""));
}

TEST_F(VisitorChat, has_a_page_that_runs_nothing_inline_and_shows_up_in_allowed_frames_only) {
  auto page = get("/aiva/chat/desk");

  ASSERT_EQ(page.status, 200);
  EXPECT_TRUE(page.body.contains("data-greeting=\"&quot;Hi&quot; &lt;b&gt;\""));
  EXPECT_TRUE(page.body.contains("<title>Front &lt;desk&gt;</title>"));
  EXPECT_TRUE(page.body.contains("<html lang=\"de\" dir=\"ltr\" data-theme=\"auto\">"));
  auto policy = page.header("Content-Security-Policy");
  EXPECT_TRUE(policy.contains("frame-ancestors 'self' https://shop.example")) << policy;
  EXPECT_TRUE(policy.contains("script-src 'self';"));
  EXPECT_EQ(page.header("X-Frame-Options"), "");
  EXPECT_EQ(get("/aiva/chat/" + agent_.id.to_string()).status, 200);
  EXPECT_EQ(get("/aiva/chat/nobody").status, 404);
  for (const auto* file : {"/aiva/chat-page.js", "/aiva/chat-page.css", "/aiva/widget.js"}) {
    auto served = get(file);
    EXPECT_EQ(served.status, 200);
    EXPECT_GT(served.body.size(), 300U);
    EXPECT_EQ(served.header("X-Frame-Options"), "DENY");
  }
}

TEST_F(VisitorChat, answers_a_visitor_without_telling_what_is_the_tenants) {
  auto token = open();

  auto answer = post("/aiva/chat/desk/messages", R"({"content":"soup?"})", token);

  ASSERT_EQ(answer.status, 200) << answer.body;
  auto data = json::parse(answer.body)->at("data");
  EXPECT_EQ(data.at("text"), "soup?");
  EXPECT_EQ(json::to_text(data.at("sources")),
            R"([{"number":1,"document_name":"menu.pdf","page":3,"quote":"soup"}])");
  for (const auto* secret : {"secret-model", "cost", "plan.pdf", "tenant"})
    EXPECT_FALSE(answer.body.contains(secret)) << secret;
  const auto& session = chat_.sessions_.begin()->second;
  EXPECT_EQ(session.agent, agent_.id);
  EXPECT_EQ(session.tenant, tenant_);
  auto earlier = get("/aiva/chat/desk/messages", token);
  EXPECT_EQ(json::parse(earlier.body)->at("data").at("items").at(0).at("text"), "earlier");
}

TEST_F(VisitorChat, streams_and_tells_of_failures) {
  auto token = open();
  auto stream = [&](const std::string& content) {
    return post("/aiva/chat/desk/messages", R"({"content":")" + content + R"("})", token,
                "http://test", "text/event-stream");
  };

  auto good = stream("hello");
  EXPECT_EQ(good.status, 200);
  EXPECT_TRUE(good.body.contains("event: delta\ndata: {\"text\":\"hello\"}")) << good.body;
  EXPECT_TRUE(good.body.contains("event: done"));
  EXPECT_FALSE(good.body.contains("event: sources"));
  EXPECT_TRUE(good.body.contains("event: working\ndata: {}")) << good.body;
  EXPECT_TRUE(stream("break").body.contains("event: error"));
  EXPECT_EQ(stream("fail").status, 503);
}

TEST_F(VisitorChat, tells_how_its_widget_looks_before_anybody_speaks) {
  auto widget = object(R"({"allowed_origins":["https://shop.example"],"theme":"dark",
      "logo_url":"https://shop.example/logo.png","suggested_questions":["Soup today?"]})");
  ASSERT_TRUE(update(agent_.id, {.widget = widget}).has_value());

  auto served = server_->send(
      {.target = "/aiva/chat/desk/widget", .headers = {"Origin: https://shop.example"}});

  ASSERT_EQ(served.status, 200) << served.body;
  EXPECT_EQ(served.header("Access-Control-Allow-Origin"), "https://shop.example");
  auto data = json::parse(served.body)->at("data");
  EXPECT_EQ(data.at("title"), "Front <desk>");
  EXPECT_EQ(data.at("theme"), "dark");
  EXPECT_EQ(data.at("allows_calls"), false);
  EXPECT_EQ(json::to_text(data.at("suggested_questions")), R"(["Soup today?"])");
  EXPECT_TRUE(chat_.sessions_.empty());
  EXPECT_EQ(get("/aiva/chat/nobody/widget").status, 404);
}

TEST_F(VisitorChat, may_have_its_script_read_from_anywhere) {
  auto served =
      server_->send({.target = "/aiva/widget.js", .headers = {"Origin: https://anywhere.example"}});

  EXPECT_EQ(served.header("Access-Control-Allow-Origin"), "https://anywhere.example");
}

TEST_F(VisitorChat, tells_whether_a_person_answers) {
  auto token = open();
  auto& session = chat_.sessions_.begin()->second;
  session.handover = "claimed";
  session.message_count = 3;

  auto state = get("/aiva/chat/desk/session", token);

  ASSERT_EQ(state.status, 200) << state.body;
  EXPECT_EQ(json::to_text(json::parse(state.body)->at("data")),
            R"({"session_id":")" + session.id.to_string() +
                R"(","status":"active","handover":"claimed","message_count":3})");
  EXPECT_EQ(get("/aiva/chat/desk/session").status, 401);
}

TEST_F(VisitorChat, takes_what_visitors_think_of_answers) {
  auto token = open();
  auto message = MessageId::make();
  auto rate = [&](const std::string& body, const std::string& with) {
    auto target = "/aiva/chat/desk/messages/" + message.to_string() + "/feedback";
    return post(target, body, with).status;
  };

  EXPECT_EQ(rate(R"({"rating":"down","comment":"no soup"})", token), 200);
  EXPECT_EQ(raters_.last_.message, message);
  EXPECT_EQ(raters_.last_.session, chat_.sessions_.begin()->first);
  EXPECT_EQ(raters_.last_.rating, -1);
  EXPECT_EQ(raters_.last_.comment, "no soup");
  EXPECT_EQ(raters_.tenant_, tenant_);
  EXPECT_EQ(rate(R"({"rating":"up"})", ""), 401);
  EXPECT_EQ(rate(R"({"rating":"great"})", token), 422);
  EXPECT_EQ(rate(R"({"rating":"none"})", token), 200);
  EXPECT_EQ(raters_.last_.rating, 0);
}

TEST_F(VisitorChat, stops_answers_and_resumes_streams_only) {
  auto token = open();
  auto message = MessageId::make();
  auto target = "/aiva/chat/desk/messages/" + message.to_string() + "/cancel";

  EXPECT_EQ(post(target, "", "").status, 401);
  EXPECT_TRUE(chat_.cancelled_.is_nil());
  EXPECT_EQ(post(target, "", token).status, 200);
  EXPECT_EQ(chat_.cancelled_, message);
  auto body = R"({"content":"x","resumable":true})";
  EXPECT_EQ(post("/aiva/chat/desk/messages", body, token).status, 422);
}

TEST_F(VisitorChat, takes_tokens_of_this_agent_and_origin_in_their_time) {
  auto token = open();
  create({.name = "Other", .slug = "other", .has_chat_page = true, .is_published = true}).value();
  auto say = [&](const std::string& with, const std::string& origin = "http://test",
                 const std::string& slug = "desk") {
    return post("/aiva/chat/" + slug + "/messages", R"({"content":"x"})", with, origin).status;
  };

  EXPECT_EQ(say(token), 200);
  EXPECT_EQ(say(""), 401);
  EXPECT_EQ(say(token + "x"), 401);
  EXPECT_EQ(say(token, "https://shop.example"), 401);
  EXPECT_EQ(say(token, "https://evil.example"), 403);
  EXPECT_EQ(say(token, "null"), 403);
  EXPECT_EQ(say(token, "http://test", "other"), 401);
  clock_.advance(std::chrono::minutes(61));
  EXPECT_EQ(say(token), 401);
  auto renewed = open(R"({"token":")" + token + R"("})");
  EXPECT_EQ(say(renewed), 200);
  EXPECT_EQ(chat_.sessions_.size(), 1U);
  EXPECT_EQ(say(open("{}", "https://shop.example"), "https://shop.example"), 200);
}

TEST_F(VisitorChat, begins_anew_where_the_session_has_ended) {
  auto token = open();
  (void)sync_wait(chat_.end_session({}, chat_.sessions_.begin()->first));

  open(R"({"token":")" + token + R"("})");

  EXPECT_EQ(chat_.sessions_.size(), 2U);
}

TEST_F(VisitorChat, counts_what_a_visitor_says) {
  auto token = open();
  auto say = [&] { return post("/aiva/chat/desk/messages", R"({"content":"x"})", token); };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(say().status, 200);

  auto refused = say();

  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.header("Retry-After"), "");
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(say().status, 200);
}

TEST_F(VisitorChat, ends_when_the_page_is_switched_off) {
  auto token = open();
  update(agent_.id, {.has_chat_page = false}).value();

  EXPECT_EQ(get("/aiva/chat/desk").status, 404);
  EXPECT_EQ(post("/aiva/chat/desk/sessions", "{}").status, 404);
  EXPECT_EQ(post("/aiva/chat/desk/messages", R"({"content":"x"})", token).status, 404);
}

TEST_F(VisitorChat, lets_pages_of_its_own_origins_call_and_no_others) {
  auto preflight = [&](const std::string& target, const std::string& origin) {
    return server_->send({.method = "OPTIONS",
                          .target = target,
                          .headers = {"Origin: " + origin, "Access-Control-Request-Method: POST",
                                      "Access-Control-Request-Headers: x-chat-token"}});
  };
  constexpr auto allow_origin = "Access-Control-Allow-Origin";

  auto allowed = preflight("/aiva/chat/desk/messages", "https://shop.example");
  auto strange = preflight("/aiva/chat/desk/messages", "https://evil.example");
  auto nobodys = preflight("/aiva/chat/nobody/messages", "https://shop.example");
  auto opened = post("/aiva/chat/desk/sessions", "{}", "", "https://shop.example");
  auto refused = post("/aiva/chat/desk/messages", "{}", "none", "https://shop.example");
  auto page =
      server_->send({.target = "/aiva/chat/desk", .headers = {"Origin: https://shop.example"}});

  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.header(allow_origin), "https://shop.example");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
  EXPECT_TRUE(allowed.header("Access-Control-Allow-Headers").contains("X-Chat-Token"));
  EXPECT_EQ(allowed.header("Vary"), "Origin");
  EXPECT_EQ(strange.header(allow_origin), "");
  EXPECT_EQ(strange.header("Access-Control-Allow-Methods"), "");
  EXPECT_EQ(nobodys.header(allow_origin), "");
  EXPECT_EQ(opened.status, 201);
  EXPECT_EQ(opened.header(allow_origin), "https://shop.example");
  EXPECT_EQ(refused.status, 422);  // failures can be read, too
  EXPECT_EQ(refused.header(allow_origin), "https://shop.example");
  EXPECT_EQ(page.header(allow_origin), "");
}

}  // namespace
}  // namespace aiva::http
