#include "capabilities/chat/privacy.h"

#include <gmock/gmock.h>

#include "capabilities/chat/notes.h"
#include "capabilities/chat/people.h"
#include "capabilities/chat/testing/chat_fixture.h"
#include "capabilities/identity/identity.h"
#include "capabilities/search/session_searches.h"
#include "foundation/json.h"

namespace aiva::chat {
namespace {

using testing::HasSubstr;

class PrivacyTest : public ChatFixture {
 protected:
  ChatSessionId begin(std::string name) {
    auto made = sync_wait(chat_->create_session(
        context(), {.agent = agents_.agent.id, .user_name = std::move(name)}));
    EXPECT_TRUE(ask(made->id, "When are refunds paid?"));
    return made->id;
  }

  void note(ChatSessionId session, std::string content) {
    auto notes = make_notes(*database_, clock_, identity_->audit_log(), {});
    auto adding = notes->add(context(), identity::operator_caller(), session, std::move(content));
    EXPECT_TRUE(sync_wait(std::move(adding)));
  }

  std::int64_t count(std::string_view table) {
    auto rows = [table](SqlSession& sql) -> Result<std::int64_t> {
      std::int64_t number = 0;
      TRY_VOID(sql.query("SELECT COUNT(*) FROM " + std::string(table), {},
                         [&number](const SqlRow& row) -> Result<void> {
                           number = row.integer(0);
                           return {};
                         }));
      return number;
    };
    return sync_wait(read(*database_, context(), rows)).value();
  }

  std::unique_ptr<identity::Identity> identity_ =
      identity::make_identity({*database_, clock_, metrics_},
                              {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
          .value();
  std::unique_ptr<Privacy> privacy_ = make_privacy(
      *database_, clock_, {[](SqlSession& sql, TenantId tenant, ChatSessionId id) -> Result<void> {
        TRY_VOID(search::forget_session_searches(sql, tenant, id));
        return {};
      }});
};

TEST_F(PrivacyTest, hands_out_everything_of_a_session) {
  script({{.text = "Within 14 days [1]."}});
  auto session = begin("Ann");
  note(session, "Never lend him the key.");

  auto text = sync_wait(privacy_->export_session(context(), session));

  ASSERT_TRUE(text);
  auto parsed = json::parse(*text);
  ASSERT_TRUE(parsed) << *text;
  EXPECT_EQ(parsed->at("session").at("user_name"), "Ann");
  EXPECT_EQ(parsed->at("messages").as_array().size(), 2U);
  EXPECT_THAT(*text, HasSubstr("Within 14 days"));
  EXPECT_FALSE(text->contains("Never lend him")) << "the notes of colleagues are not his";
}

TEST_F(PrivacyTest, erases_a_session_with_all_that_is_known_of_it) {
  script({{.text = "Within 14 days [1]."}});
  auto session = begin("Ann");
  auto people = make_people(*database_, clock_, {});
  auto answer = sync_wait(chat_->messages(context(), session, {}))->items.at(1).id;
  ASSERT_TRUE(sync_wait(people->rate(context(), session, answer, 1, "fine")));
  note(session, "Call back on Monday.");
  search_.reset();  // writes what its log still holds

  ASSERT_TRUE(sync_wait(privacy_->erase_session(context(), session)));

  for (std::string_view table : {"chat_sessions", "chat_messages", "chat_turns", "chat_feedback",
                                 "conversation_notes", "knowledge_searches"})
    EXPECT_EQ(count(table), 0) << table;
  EXPECT_EQ(sync_wait(privacy_->erase_session(context(), session)).error().code,
            ErrorCode::not_found);
}

TEST_F(PrivacyTest, erases_the_sessions_of_one_person_only) {
  script({{.text = "Yes."}});
  begin("Ann");
  begin("Ann");
  auto other = begin("Bob");

  auto given = sync_wait(privacy_->export_person(context(), {.user_name = "Ann"}, 0));
  auto erased = sync_wait(privacy_->erase_person(context(), {.user_name = "Ann"}));
  auto nobody = sync_wait(privacy_->erase_person(context(), {}));

  EXPECT_EQ(json::parse(*given)->at("sessions").as_array().size(), 2U);
  EXPECT_EQ(erased.value(), 2);
  EXPECT_TRUE(sync_wait(chat_->session(context(), other)));
  EXPECT_EQ(nobody.error().code, ErrorCode::invalid);
}

TEST_F(PrivacyTest, erases_what_is_old) {
  script({{.text = "Yes."}});
  auto old = begin("Ann");
  clock_.advance(std::chrono::hours(24 * 40));
  auto fresh = begin("Ann");

  auto erased = sync_wait(privacy_->remove_older({}, std::chrono::days(30)));
  auto forgotten = sync_wait(privacy_->forget_old_turns({}));

  EXPECT_EQ(erased.value(), 1);
  EXPECT_EQ(forgotten.value(), 0);
  EXPECT_FALSE(sync_wait(chat_->session(context(), old)));
  EXPECT_TRUE(sync_wait(chat_->session(context(), fresh)));
}

TEST_F(PrivacyTest, shows_and_erases_nothing_of_another_tenant) {
  script({{.text = "Yes."}});
  auto session = begin("Ann");
  CallContext other{.tenant = database_.add_tenant("Other")};

  EXPECT_EQ(sync_wait(privacy_->export_session(other, session)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(privacy_->erase_session(other, session)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(privacy_->erase_person(other, {.user_name = "Ann"})).value(), 0);
  EXPECT_TRUE(sync_wait(chat_->session(context(), session)));
}

}  // namespace
}  // namespace aiva::chat
