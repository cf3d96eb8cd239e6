#include "capabilities/chat/internal/turn_journal.h"

#include <gmock/gmock.h>

#include <thread>

#include "capabilities/chat/prompt.h"
#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

class TurnJournalTest : public ChatFixture {
 protected:
  Result<Answer> say(ChatSessionId session, std::string content, std::string client = {},
                     TurnListener listener = {}) {
    return sync_wait(chat_->answer(context(), {.session = session,
                                               .content = std::move(content),
                                               .client_message = std::move(client),
                                               .listener = std::move(listener)}));
  }

  std::vector<Message> messages(ChatSessionId session) {
    auto page = sync_wait(chat_->messages(context(), session, {}));
    EXPECT_TRUE(page);
    return page ? page->items : std::vector<Message>();
  }

  // Begins a turn as a process does that dies right after.
  Result<OpenedTurn> begin_and_die(ChatSessionId session, std::string client) {
    auto all = parts();
    ChatSettings settings{.count_tokens = estimate_tokens};
    TurnEngine engine(all, settings);
    TurnJournal journal(all, settings, engine);
    return sync_wait(
        journal.open(context(), {.session = session,
                                 .turn = MessageId::make(),
                                 .user_message = MessageId::make(),
                                 .client_message = std::move(client),
                                 .content = "When are refunds paid?",
                                 .agent = sync_wait(agents_.find(context(), "guide")).value(),
                                 .manner = manner_of(agents_.agent, settings)}));
  }

  billing::Balance balance() { return sync_wait(billing_->balance(context(), tenant_)).value(); }
};

TEST_F(TurnJournalTest, answers_a_message_sent_twice_once) {
  script({{.text = "Within 14 days [1]."}});
  auto session = open_session();

  auto first = say(session, "When are refunds paid?", "m1");
  auto again = say(session, "When are refunds paid?", "m1");
  auto other = say(session, "When are refunds paid?", "m2");

  ASSERT_TRUE(first) << first.error().message << first.error().cause;
  ASSERT_TRUE(again);
  EXPECT_EQ(again->message, first->message);
  EXPECT_EQ(again->user_message, first->user_message);
  EXPECT_EQ(again->final_cost, first->final_cost);
  EXPECT_EQ(again->sources.size(), first->sources.size());
  ASSERT_TRUE(other);
  EXPECT_NE(other->message, first->message);
  EXPECT_THAT(model_->requests(), SizeIs(2));
  EXPECT_THAT(messages(session), SizeIs(4));
  EXPECT_EQ(balance().balance, -(first->final_cost + other->final_cost));
  EXPECT_EQ(balance().held, 0);
}

TEST_F(TurnJournalTest, keeps_the_message_of_a_turn_that_died_and_answers_it_anew) {
  script({{.text = "Within 14 days [1]."}});
  auto session = open_session();
  auto dead = begin_and_die(session, "m1");
  ASSERT_TRUE(dead) << dead.error().message << dead.error().cause;
  EXPECT_GT(balance().held, 0);

  auto busy = say(session, "Anything else?");
  clock_.advance(seconds(11));
  auto recovered = sync_wait(chat_->recover_turns({}, false));
  auto held = balance().held;
  auto answer = say(session, "When are refunds paid?", "m1");

  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().code, ErrorCode::conflict);
  EXPECT_EQ(recovered.value(), 1);
  EXPECT_EQ(held, 0);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->user_message, dead->user_message);
  auto saved = messages(session);
  ASSERT_THAT(saved, SizeIs(2));
  EXPECT_EQ(saved[0].id, dead->user_message);
  EXPECT_EQ(balance().balance, -answer->final_cost);
}

TEST_F(TurnJournalTest, takes_over_from_the_dead_without_waiting_for_recovery) {
  script({{.text = "Yes."}});
  auto session = open_session();
  ASSERT_TRUE(begin_and_die(session, "m1"));
  clock_.advance(seconds(11));

  auto answer = say(session, "Does the lamp float?");

  ASSERT_TRUE(answer);
  EXPECT_THAT(messages(session), SizeIs(3));
  EXPECT_EQ(balance().held, 0);
}

TEST_F(TurnJournalTest, ends_every_turn_of_a_process_that_starts_alone) {
  script({{.text = "Yes."}});
  ASSERT_TRUE(begin_and_die(open_session(), "m1"));

  EXPECT_EQ(sync_wait(chat_->recover_turns({}, false)).value(), 0);
  EXPECT_EQ(sync_wait(chat_->recover_turns({}, true)).value(), 1);
}

TEST_F(TurnJournalTest, charges_nothing_for_an_answer_that_comes_after_its_turn_was_given_up) {
  script({{.text = "Yes."}});
  auto session = open_session();
  auto listener = [&](TurnEvent event) -> Task<Result<void>> {
    if (event.kind == TurnEvent::Kind::sources) {
      clock_.advance(seconds(11));
      EXPECT_EQ(sync_wait(chat_->recover_turns({}, false)).value(), 1);
    }
    return []() -> Task<Result<void>> { co_return Result<void>(); }();
  };

  auto answer = say(session, "When are refunds paid?", "m1", listener);

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::conflict);
  EXPECT_THAT(messages(session), SizeIs(1));
  EXPECT_EQ(balance().balance, 0);
  EXPECT_EQ(balance().held, 0);
}

TEST_F(TurnJournalTest, releases_credits_when_the_model_fails) {
  script({{.text = ""}});
  auto session = open_session();

  auto answer = say(session, "When are refunds paid?", "m1");

  ASSERT_FALSE(answer);
  EXPECT_EQ(balance().held, 0);
  script({{.text = "Within 14 days [1]."}});
  auto again = say(session, "When are refunds paid?", "m1");
  ASSERT_TRUE(again);
  EXPECT_THAT(messages(session), SizeIs(2));
}

TEST_F(TurnJournalTest, stops_a_turn_by_call_and_saves_what_was_said) {
  script({{.text = "One two three four five six seven eight nine ten."}});
  auto session = open_session();
  int deltas = 0;
  auto listener = [&](TurnEvent event) -> Task<Result<void>> {
    if (event.kind == TurnEvent::Kind::delta && ++deltas == 2) {
      // The first message of this session.
      auto user_message = messages(session).at(0).id;
      EXPECT_TRUE(sync_wait(chat_->cancel(context(), session, user_message)));
    }
    return []() -> Task<Result<void>> { co_return Result<void>(); }();
  };

  auto answer = say(session, "Count", {}, listener);

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->is_interrupted);
  EXPECT_LT(answer->text.size(), 40U);
  auto late = sync_wait(chat_->cancel(context(), session, answer->message));
  auto unknown = sync_wait(chat_->cancel(context(), session, MessageId::make()));
  CallContext other{.tenant = database_.add_tenant("Other")};
  auto foreign = sync_wait(chat_->cancel(other, session, answer->message));
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
  EXPECT_EQ(foreign.error().code, ErrorCode::not_found);
}

TEST_F(TurnJournalTest, waits_for_the_turn_before) {
  chat_.reset();
  pause_ = make_pause();
  script({{.text = "Yes."}});
  auto session = open_session();
  std::thread second;
  std::atomic<bool> is_answered = false;
  auto listener = [&](TurnEvent event) -> Task<Result<void>> {
    if (event.kind == TurnEvent::Kind::sources)
      second = std::thread([&] { is_answered = say(session, "Second").has_value(); });
    return []() -> Task<Result<void>> { co_return Result<void>(); }();
  };

  auto first = say(session, "First", {}, listener);
  second.join();

  ASSERT_TRUE(first);
  EXPECT_TRUE(is_answered);
  EXPECT_THAT(messages(session), SizeIs(4));
}

TEST_F(TurnJournalTest, joins_messages_that_come_rapidly) {
  chat_.reset();
  pause_ = make_pause();
  agent_settings().conversation = R"({"buffer_ms":150})";
  script({{.text = "Within 14 days [1]."}});
  auto session = open_session();
  Result<Answer> first = fail(ErrorCode::internal, "not run");
  std::thread sender([&] { first = say(session, "When are", "m1"); });
  while (messages(session).empty()) std::this_thread::yield();

  auto second = say(session, "refunds paid?", "m2");
  sender.join();
  auto again = say(session, "When are", "m1");

  ASSERT_TRUE(first);
  EXPECT_TRUE(first->is_buffering);
  EXPECT_TRUE(again->is_buffering);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->is_buffering);
  EXPECT_THAT(model_->requests(), SizeIs(1));
  EXPECT_THAT(model_->requests().at(0).messages.back().content,
              testing::HasSubstr("Question: When are\nrefunds paid?"));
}

}  // namespace
}  // namespace aiva::chat
