#include "faces/http/endpoints/chat_people.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "faces/http/endpoints/chat_privacy.h"
#include "faces/http/testing/test_server.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

const ChatSessionId known_session = ChatSessionId::make();
const MessageId known_message = MessageId::make();
const AgentId known_agent = AgentId::make();
const UserId known_user = UserId::make();

Result<void> check(ChatSessionId session) {
  if (session == known_session) return {};
  return fail(ErrorCode::not_found, "There is no such chat session");
}

// Knows one session, and keeps what it was asked, in the order of the arguments.
class PreparedPeople final : public chat::People {
 public:
  Task<Result<chat::Session>> ask_for_person(CallContext, ChatSessionId id, std::string reason,
                                             std::string queue) override {
    asked = {reason, queue};
    co_return session(id);
  }
  Task<Result<knowledge::PageOf<chat::InboxEntry>>> inbox(CallContext,
                                                          chat::InboxFilter filter) override {
    asked = {filter.state.value_or("-"), filter.queue.value_or("-"),
             std::to_string(filter.page.page), std::to_string(filter.page.limit)};
    knowledge::PageOf<chat::InboxEntry> found{.items = {}, .total = 7};
    found.items.push_back({.session = {.id = known_session}, .reason = "angry", .queue = "sales"});
    found.items.push_back({.session = {.id = known_session}, .claimed_by = known_user});
    co_return found;
  }
  Task<Result<chat::Session>> claim(CallContext, ChatSessionId id) override {
    if (is_claimed) co_return fail(ErrorCode::conflict, "Somebody else answers");
    co_return session(id);
  }
  Task<Result<chat::Message>> reply(CallContext, ChatSessionId id, std::string text) override {
    CO_TRY_VOID(check(id));
    asked = {text};
    co_return chat::Message{.id = known_message, .session = id, .answer = {.text = text}};
  }
  Task<Result<chat::Session>> give_back(CallContext, ChatSessionId id) override {
    co_return session(id);
  }
  Task<Result<chat::Feedback>> rate(CallContext, ChatSessionId id, MessageId message, int rating,
                                    std::string comment) override {
    CO_TRY_VOID(check(id));
    asked = {std::to_string(rating), comment};
    co_return chat::Feedback{
        .message = message, .session = id, .rating = rating, .comment = comment};
  }
  Task<Result<void>> withdraw_rating(CallContext, ChatSessionId id, MessageId message) override {
    asked = {message.to_string()};
    co_return check(id);
  }
  Task<Result<chat::FeedbackReport>> feedback(CallContext, chat::FeedbackFilter filter) override {
    auto days = (unix_ms_now() - filter.since + 3'600'000) / (24LL * 3'600'000);
    asked = {filter.agent ? filter.agent->to_string() : "-",
             std::to_string(filter.rating.value_or(0)), std::to_string(days)};
    chat::FeedbackReport report{.helpful = 3, .unhelpful = 1, .entries = {.items = {}, .total = 4}};
    report.entries.items.push_back({.agent = known_agent, .rating = -1, .comment = "no"});
    co_return report;
  }

  std::vector<std::string> asked;
  bool is_claimed = false;

 private:
  static Result<chat::Session> session(ChatSessionId id) {
    TRY_VOID(check(id));
    return chat::Session{.id = id};
  }
};

class PreparedPrivacy final : public chat::Privacy {
 public:
  Task<Result<std::string>> export_session(CallContext, ChatSessionId id) override {
    CO_TRY_VOID(check(id));
    co_return R"({"messages":[1]})";
  }
  Task<Result<void>> erase_session(CallContext, ChatSessionId id) override { co_return check(id); }
  Task<Result<std::string>> export_person(CallContext, chat::Person person,
                                          std::int64_t offset) override {
    keep(person);
    asked.push_back(std::to_string(offset));
    co_return R"({"sessions":[]})";
  }
  Task<Result<std::int64_t>> erase_person(CallContext, chat::Person person) override {
    keep(person);
    if (!person.user && !person.user_name) co_return fail(invalid_field("user_id", "is required"));
    co_return 2;
  }
  Task<Result<std::int64_t>> remove_older(CallContext, std::chrono::days) override { co_return 0; }
  Task<Result<std::int64_t>> forget_old_turns(CallContext) override { co_return 0; }

  std::vector<std::string> asked;

 private:
  void keep(const chat::Person& person) {
    asked = {person.user ? person.user->to_string() : "-", person.user_name.value_or("-")};
  }
};

class ChatPeopleEndpoints : public ::testing::Test {
 protected:
  void SetUp() override {
    auto routes = chat_people_routes(people_);
    std::ranges::move(chat_privacy_routes(privacy_), std::back_inserter(routes));
    server_ = std::make_unique<TestServer>(std::move(routes));
    for (auto role : {identity::Role::admin, identity::Role::agent_manager, identity::Role::client})
      server_->authenticator.add(std::string(to_string(role)),
                                 {.tenant = TenantId::make(),
                                  .user = UserId::make(),
                                  .role = role,
                                  .permissions = identity::permissions_of(role)});
  }

  RawResponse send(const std::string& method, const std::string& target, std::string body = "",
                   const std::string& who = "admin") {
    return server_->send({.method = method,
                          .target = target,
                          .headers = {"Authorization: Bearer " + who},
                          .body = std::move(body)});
  }
  static json::Value data(const RawResponse& response) {
    auto value = json::parse(response.body);
    if (value && value->is_object() && value->get_object().contains("data"))
      return value->get_object().at("data");
    ADD_FAILURE() << response.status << " " << response.body;
    return json::Object();
  }

  PreparedPeople people_;
  PreparedPrivacy privacy_;
  std::unique_ptr<TestServer> server_;
  std::string session_ = "/api/chat/sessions/" + known_session.to_string();
  std::string rating_ = "/api/chat/" + known_session.to_string() + "/messages/" +
                        known_message.to_string() + "/feedback";
};

using Words = std::vector<std::string>;

TEST_F(ChatPeopleEndpoints, lead_a_conversation_to_a_person_and_back) {
  auto handed =
      data(send("POST", session_ + "/transfer", R"({"reason":"angry","queue":"sales"})", "client"));
  EXPECT_EQ(handed.at("id"), json::Value(known_session.to_string()));
  EXPECT_EQ(people_.asked, (Words{"angry", "sales"}));
  EXPECT_EQ(send("POST", session_ + "/claim").status, 200);
  auto said = send("POST", session_ + "/replies", R"({"content":"Good day"})");
  EXPECT_EQ(said.status, 201);
  EXPECT_EQ(data(said).at("content"), "Good day");
  EXPECT_EQ(send("POST", session_ + "/give-back").status, 200);

  people_.is_claimed = true;
  EXPECT_EQ(send("POST", session_ + "/claim").status, 409);
  auto strange = "/api/chat/sessions/" + ChatSessionId::make().to_string();
  EXPECT_EQ(send("POST", strange + "/replies", R"({"content":"x"})").status, 404);
}

TEST_F(ChatPeopleEndpoints, list_who_waits) {
  auto inbox = data(send("GET", "/api/chat/inbox?state=waiting&queue=sales&page=2&limit=5"));

  EXPECT_EQ(people_.asked, (Words{"waiting", "sales", "2", "5"}));
  EXPECT_EQ(inbox.at("total"), 7);
  EXPECT_EQ(inbox.at("items").at(0).at("reason"), "angry");
  EXPECT_TRUE(inbox.at("items").at(0).at("claimed_by").is_null());
  EXPECT_EQ(inbox.at("items").at(1).at("claimed_by"), json::Value(known_user.to_string()));
}

TEST_F(ChatPeopleEndpoints, take_ratings_and_report_them) {
  auto given = data(send("PUT", rating_, R"({"rating":"down","comment":"no"})", "client"));
  EXPECT_EQ(given.at("rating"), "down");
  EXPECT_EQ(people_.asked, (Words{"-1", "no"}));
  EXPECT_EQ(send("DELETE", rating_, "", "client").status, 200);
  EXPECT_EQ(people_.asked, (Words{known_message.to_string()}));

  auto agent = known_agent.to_string();
  auto report = data(send("GET", "/api/chat/feedback?rating=down&days=7&agentId=" + agent));

  EXPECT_EQ(people_.asked, (Words{agent, "-1", "7"}));
  EXPECT_EQ(report.at("up"), 3);
  EXPECT_EQ(report.at("down"), 1);
  EXPECT_EQ(report.at("total"), 4);
  EXPECT_EQ(report.at("items").at(0).at("agent_id"), json::Value(agent));
}

TEST_F(ChatPeopleEndpoints, hand_out_and_erase_sessions_and_people) {
  EXPECT_EQ(data(send("GET", session_ + "/export")).at("messages").at(0), 1);
  EXPECT_EQ(send("DELETE", session_).status, 200);

  data(send("GET", "/api/chat/people/export?user_name=Ann%20Lee&offset=1000"));
  EXPECT_EQ(privacy_.asked, (Words{"-", "Ann Lee", "1000"}));
  auto user = known_user.to_string();
  EXPECT_EQ(data(send("DELETE", "/api/chat/people?user_id=" + user)).at("erased_sessions"), 2);
  EXPECT_EQ(privacy_.asked, (Words{user, "-"}));
}

TEST_F(ChatPeopleEndpoints, refuse_what_is_wrong) {
  EXPECT_EQ(send("POST", session_ + "/replies", R"({"content":""})").status, 422);
  EXPECT_EQ(send("POST", session_ + "/transfer", R"({"reason":1})").status, 422);
  EXPECT_EQ(send("PUT", rating_, R"({"rating":"good"})").status, 422);
  for (const auto* query : {"feedback?rating=good", "feedback?days=0", "feedback?agentId=x",
                            "people/export?user_id=x", "people/export?offset=-1", "inbox?page=0"})
    EXPECT_EQ(send("GET", std::string("/api/chat/") + query).status, 422) << query;
  EXPECT_EQ(send("DELETE", "/api/chat/people").status, 422);
  EXPECT_EQ(send("GET", "/api/chat/sessions/x/export").status, 404);
}

TEST_F(ChatPeopleEndpoints, need_rights_that_fit) {
  for (const auto* step : {"/claim", "/replies", "/give-back"})
    EXPECT_EQ(send("POST", session_ + step, "", "client").status, 403) << step;
  for (const auto* who : {"client", "agent_manager"}) {
    EXPECT_EQ(send("GET", session_ + "/export", "", who).status, 403) << who;
    EXPECT_EQ(send("DELETE", session_, "", who).status, 403) << who;
    EXPECT_EQ(send("GET", "/api/chat/people/export?user_name=a", "", who).status, 403) << who;
    EXPECT_EQ(send("DELETE", "/api/chat/people?user_name=a", "", who).status, 403) << who;
  }
}

}  // namespace
}  // namespace aiva::http
