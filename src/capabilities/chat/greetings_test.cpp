#include <gmock/gmock.h>

#include "capabilities/chat/people.h"
#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::SizeIs;

// Short pauses are noted and over at once; leases are renewed in their time.
Task<Result<void>> note_pause(std::vector<milliseconds>& pauses, Pause rest, CallContext context,
                              milliseconds time) {
  if (time < milliseconds(1000)) {
    pauses.push_back(time);
    co_return Result<void>();
  }
  auto resting = rest(std::move(context), time);
  auto rested = co_await std::move(resting);
  co_return rested;
}

TEST_F(ChatFixture, greets_once_at_the_beginning_of_a_session_and_free_of_charge) {
  agent_settings().greeting = "Welcome! Ask me about refunds.";
  agent_settings().conversation = R"({"query_rewriting":"model"})";
  script({{.text = "Within 14 days [1]."}});

  auto session = sync_wait(chat_->create_session(context(), {.agent = agents_.agent.id}));
  ASSERT_TRUE(session);
  auto answer = ask(session->id, "When are refunds paid?");
  auto said = sync_wait(chat_->messages(context(), session->id, {}));
  auto stored = sync_wait(chat_->session(context(), session->id));

  EXPECT_EQ(session->greeting, "Welcome! Ask me about refunds.");
  EXPECT_EQ(session->message_count, 1);
  ASSERT_TRUE(answer);
  ASSERT_THAT(said->items, SizeIs(3));
  const auto& greeting = said->items[0];
  EXPECT_EQ(greeting.role, "assistant");
  EXPECT_EQ(greeting.answer.text, session->greeting);
  EXPECT_EQ(greeting.answer.provider, "greeting");
  EXPECT_EQ(greeting.answer.agent, agents_.agent.id);
  EXPECT_EQ(greeting.answer.final_cost, 0);
  EXPECT_EQ(stored->title, "When are refunds paid?");
  // The model sees it, and the question is no follow-up to be rewritten.
  auto requests = model_->requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].messages.at(1).role, ChatRole::assistant);
  EXPECT_THAT(requests[0].messages.at(1).content, HasSubstr("Welcome!"));
  auto people = make_people(*database_, clock_, {});
  auto rated = sync_wait(people->rate(context(), session->id, greeting.id, 1, ""));
  ASSERT_FALSE(rated);
  EXPECT_EQ(rated.error().code, ErrorCode::not_found);
}

TEST_F(ChatFixture, says_nothing_first_without_a_greeting) {
  script({{.text = "Within 14 days [1]."}});

  auto session = sync_wait(chat_->create_session(context(), {.agent = agents_.agent.id}));

  ASSERT_TRUE(session);
  EXPECT_EQ(session->message_count, 0);
  EXPECT_THAT(sync_wait(chat_->messages(context(), session->id, {}))->items, SizeIs(0));
}

TEST_F(ChatFixture, collects_rapid_messages_of_visitors_only_where_the_agent_says_so) {
  std::vector<milliseconds> pauses;
  pause_ = [&pauses, rest = make_pause()](CallContext context, milliseconds time) {
    return note_pause(pauses, rest, std::move(context), time);
  };
  agent_settings().conversation = R"({"buffer_ms":700})";
  script({{.text = "Within 14 days [1]."}});
  auto session = open_session();
  auto say = [&](bool is_visitors) {
    auto answer = sync_wait(chat_->answer(
        context(),
        {.session = session, .content = "When are refunds paid?", .is_visitors = is_visitors}));
    EXPECT_TRUE(answer);
  };

  say(true);
  EXPECT_THAT(pauses, SizeIs(0));
  say(false);
  EXPECT_THAT(pauses, testing::ElementsAre(milliseconds(700)));
  agent_settings().conversation = R"({"visitor_buffer_ms":300})";
  say(true);
  EXPECT_EQ(pauses.back(), milliseconds(300));
  chat_.reset();
}

}  // namespace
}  // namespace aiva::chat
