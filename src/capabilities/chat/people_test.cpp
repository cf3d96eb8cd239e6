#include "capabilities/chat/people.h"

#include <gmock/gmock.h>

#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PeopleTest : public ChatFixture {
 protected:
  CallContext as(UserId user) { return {.tenant = tenant_, .user = user, .home = &home_}; }

  std::vector<std::string> events_;
  ChatListener listener_ = [this](SqlSession&, TenantId, const ChatEvent& event) -> Result<void> {
    events_.emplace_back(event.type);
    return {};
  };
  std::unique_ptr<People> people_ = make_people(*database_, clock_, listener_);
  UserId ann_ = UserId::make();
  UserId bob_ = UserId::make();
};

TEST_F(PeopleTest, answer_where_the_agent_hands_over) {
  script({{.calls = {{"a", "transfer_to_agent", R"({"reason":"angry","queue":"returns"})"}}},
          {.text = "Back again."}});
  auto session = open_session();
  ASSERT_TRUE(ask(session, "I want a person"));

  auto inbox = sync_wait(people_->inbox(context(), {.state = "waiting", .queue = "returns"}));
  auto silent = ask(session, "Hello?");
  auto claimed = sync_wait(people_->claim(as(ann_), session));
  auto stolen = sync_wait(people_->claim(as(bob_), session));
  auto reply = sync_wait(people_->reply(as(ann_), session, "I am Ann."));
  auto back = sync_wait(people_->give_back(as(ann_), session));
  auto answer = ask(session, "And now?");

  ASSERT_TRUE(inbox);
  ASSERT_THAT(inbox->items, SizeIs(1));
  EXPECT_EQ(inbox->items[0].reason, "angry");
  ASSERT_TRUE(silent);
  EXPECT_TRUE(silent->decision.wants_transfer);
  EXPECT_TRUE(silent->message.is_nil());
  EXPECT_EQ(claimed->handover, "claimed");
  EXPECT_EQ(stolen.error().code, ErrorCode::conflict);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->written_by, ann_);
  EXPECT_EQ(back->handover, "none");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "Back again.");
  auto seen = model_->requests().back().messages;
  EXPECT_TRUE(std::ranges::any_of(seen, [](const ChatMessage& message) {
    return message.role == ChatRole::assistant && message.content.contains("I am Ann.");
  }));
}

TEST_F(PeopleTest, come_when_they_are_asked_for_and_only_then) {
  script({{.text = "Yes."}});
  auto session = open_session();

  auto early = sync_wait(people_->reply(as(ann_), session, "Hi"));
  auto asked = sync_wait(people_->ask_for_person(context(), session, "why", "sales"));
  auto again = sync_wait(people_->ask_for_person(context(), session, "why", "other"));
  ASSERT_TRUE(sync_wait(chat_->end_session(context(), session)));
  auto late = sync_wait(people_->claim(as(ann_), session));
  auto inbox = sync_wait(people_->inbox(context(), {}));

  EXPECT_EQ(early.error().code, ErrorCode::conflict);
  EXPECT_EQ(asked->handover, "waiting");
  EXPECT_EQ(again->handover, "waiting");
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_THAT(inbox->items, IsEmpty());
  EXPECT_THAT(events_, ElementsAre("chat.transfer_requested"));
}

TEST_F(PeopleTest, rate_answers_once_each) {
  script({{.text = "Yes."}});
  auto session = open_session();
  auto answer = ask(session, "Does it float?");
  ASSERT_TRUE(answer);

  auto bad = sync_wait(people_->rate(context(), session, answer->message, -1, "Too short"));
  auto good = sync_wait(people_->rate(context(), session, answer->message, 1, ""));
  auto own = sync_wait(people_->rate(context(), session, answer->user_message, 1, ""));
  auto odd = sync_wait(people_->rate(context(), session, answer->message, 5, ""));
  auto report = sync_wait(people_->feedback(context(), {.agent = agents_.agent.id}));
  ASSERT_TRUE(sync_wait(people_->withdraw_rating(context(), session, answer->message)));
  auto after = sync_wait(people_->feedback(context(), {}));

  EXPECT_EQ(bad->comment, "Too short");
  EXPECT_EQ(good->rating, 1);
  EXPECT_EQ(own.error().code, ErrorCode::not_found);
  EXPECT_EQ(odd.error().code, ErrorCode::invalid);
  EXPECT_EQ(report->helpful, 1);
  EXPECT_EQ(report->unhelpful, 0);
  EXPECT_THAT(report->entries.items, SizeIs(1));
  EXPECT_EQ(after->helpful, 0);
}

TEST_F(PeopleTest, see_nothing_of_another_tenant) {
  script({{.text = "Yes."}});
  auto session = open_session();
  auto answer = ask(session, "Does it float?");
  ASSERT_TRUE(sync_wait(people_->ask_for_person(context(), session, "", "")));
  CallContext other{.tenant = database_.add_tenant("Other")};

  EXPECT_EQ(sync_wait(people_->inbox(other, {}))->total, 0);
  EXPECT_EQ(sync_wait(people_->claim(other, session)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(people_->reply(other, session, "x")).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(people_->give_back(other, session)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(people_->rate(other, session, answer->message, 1, "")).error().code,
            ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::chat
