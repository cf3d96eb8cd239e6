#include "faces/http/endpoints/chat_notes.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "faces/http/testing/test_server.h"
#include "foundation/json.h"

namespace aiva::http {
namespace {

using http::testing::RawResponse;
using http::testing::TestServer;

const ChatSessionId known_session = ChatSessionId::make();

// Knows one session, and keeps what it was asked.
class PreparedNotes final : public chat::Notes {
 public:
  Task<Result<chat::Note>> add(CallContext context, identity::Caller caller, ChatSessionId session,
                               std::string content) override {
    if (session != known_session) co_return fail(ErrorCode::not_found, "No such session");
    last = {.id = chat::NoteId::make(),
            .session = session,
            .written_by = context.user,
            .author = caller.principal->name,
            .content = std::move(content)};
    co_return last;
  }
  Task<Result<knowledge::PageOf<chat::Note>>> list(CallContext, ChatSessionId,
                                                   knowledge::PageRequest page) override {
    asked = page;
    knowledge::PageOf<chat::Note> found{.items = {}, .total = 9};
    found.items.push_back(last);
    found.items.push_back({.id = chat::NoteId::make(), .content = "by a key"});
    co_return found;
  }
  Task<Result<void>> remove(CallContext, identity::Caller, ChatSessionId,
                            chat::NoteId id) override {
    if (id != last.id) co_return fail(ErrorCode::forbidden, "Somebody else wrote it");
    co_return Result<void>();
  }

  chat::Note last{};
  knowledge::PageRequest asked{};
};

class ChatNotes : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = std::make_unique<TestServer>(chat_note_routes(notes_));
    for (auto role : {identity::Role::agent_manager, identity::Role::client})
      server_->authenticator.add(std::string(to_string(role)),
                                 {.tenant = TenantId::make(),
                                  .user = UserId::make(),
                                  .role = role,
                                  .permissions = identity::permissions_of(role),
                                  .name = "Ann"});
  }

  RawResponse send(const std::string& method, const std::string& target, std::string body = "",
                   const std::string& who = "agent_manager") {
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

  PreparedNotes notes_;
  std::unique_ptr<TestServer> server_;
  std::string path_ = "/api/chat/sessions/" + known_session.to_string() + "/notes";
};

TEST_F(ChatNotes, are_written_read_and_removed) {
  auto made = send("POST", path_, R"({"content":"Calls every week."})");
  ASSERT_EQ(made.status, 201) << made.body;
  auto note = data(made);
  auto listed = data(send("GET", path_ + "?limit=2"));
  auto removed = send("DELETE", path_ + "/" + notes_.last.id.to_string());

  EXPECT_EQ(note.at("author"), "Ann");
  EXPECT_EQ(note.at("content"), "Calls every week.");
  EXPECT_EQ(note.at("written_by"), json::Value(notes_.last.written_by.to_string()));
  EXPECT_EQ(listed.at("total"), 9);
  EXPECT_EQ(listed.at("items").at(0).at("id"), note.at("id"));
  EXPECT_TRUE(listed.at("items").at(1).at("written_by").is_null());
  EXPECT_TRUE(listed.at("next_cursor").is_string());
  EXPECT_EQ(notes_.asked.limit, 2);
  EXPECT_EQ(removed.status, 200);
}

TEST_F(ChatNotes, are_refused_where_they_are_wrong) {
  EXPECT_EQ(send("POST", path_, R"({"content":""})").status, 422);
  EXPECT_EQ(send("POST", path_, "{}").status, 422);
  EXPECT_EQ(send("DELETE", path_ + "/" + chat::NoteId::make().to_string()).status, 403);
  EXPECT_EQ(send("GET", path_ + "?cursor=x").status, 422);
}

TEST_F(ChatNotes, are_for_those_who_may_answer) {
  EXPECT_EQ(send("GET", path_, "", "client").status, 403);
  EXPECT_EQ(send("POST", path_, R"({"content":"x"})", "client").status, 403);
  EXPECT_EQ(server_->send({.target = path_}).status, 401);
}

}  // namespace
}  // namespace aiva::http
