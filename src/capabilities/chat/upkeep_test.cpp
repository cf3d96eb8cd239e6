#include "capabilities/chat/upkeep.h"

#include <gmock/gmock.h>

#include "adapters/job_table/job_table.h"
#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class UpkeepTest : public ChatFixture {
 protected:
  // A chat that asks for upkeep, over a model that says `rounds`.
  void use(std::vector<ScriptedRound> rounds) {
    script(std::move(rounds));
    all_ = std::make_unique<ChatParts>(parts());
    all_->jobs = jobs_.get();
    chat_ = make_chat(*all_, {});
    upkeep_ = make_upkeep(*all_, {});
  }

  std::vector<Job> due() {
    auto leased = sync_wait(
        jobs_->lease(context(), {std::string(upkeep_job_kind)}, 10, "w", std::chrono::seconds(60)));
    EXPECT_TRUE(leased);
    return leased ? *leased : std::vector<Job>();
  }

  std::unique_ptr<JobQueue> jobs_ = make_job_table(*database_, clock_);
  std::unique_ptr<ChatParts> all_;
  std::unique_ptr<Upkeep> upkeep_;
};

TEST_F(UpkeepTest, sums_up_what_the_model_does_not_see_any_more) {
  agent_settings().conversation = R"({"history_messages":2})";
  use({{.text = "One."},
       {.text = "Two."},
       {.text = "Three."},
       {.text = "The user counts."},
       {.text = "Four."}});
  auto session = open_session();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask(session, "Refunds, number " + std::to_string(i)));
  auto jobs = due();
  ASSERT_THAT(jobs, SizeIs(1));

  auto outcome = sync_wait(upkeep_->run(context(), jobs[0]));
  ASSERT_TRUE(ask(session, "And now?"));

  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->kind, JobOutcome::Kind::completed);
  auto asked = model_->requests().at(3).messages.back().content;
  EXPECT_THAT(asked, HasSubstr("User: Refunds, number 0"));
  EXPECT_THAT(asked, testing::Not(HasSubstr("number 2")));
  auto seen = model_->requests().back().messages;
  EXPECT_THAT(seen.at(1).content, HasSubstr("<summary>\nThe user counts."));
}

TEST_F(UpkeepTest, has_the_model_tell_sentiment_and_intent_where_that_is_wanted) {
  agent_settings().conversation = R"({"analysis":true})";
  use({{.text = "Yes."},
       {.text = R"({"messages":[{"number":1,"sentiment":"negative","intent":"wants refund"}]})"}});
  auto session = open_session();
  ASSERT_TRUE(ask(session, "I want my money back NOW"));
  auto jobs = due();
  ASSERT_THAT(jobs, SizeIs(1));

  auto outcome = sync_wait(upkeep_->run(context(), jobs[0]));

  ASSERT_TRUE(outcome);
  auto saved = sync_wait(chat_->messages(context(), session, {}));
  EXPECT_EQ(saved->items.at(0).sentiment, "negative");
  EXPECT_EQ(saved->items.at(0).intent, "wants refund");
  EXPECT_EQ(model_->requests().at(1).format.kind, AnswerFormat::Kind::schema);
}

TEST_F(UpkeepTest, makes_nothing_up_of_what_is_no_answer) {
  agent_settings().conversation = R"({"analysis":true})";
  use({{.text = "Yes."}, {.text = "I would say: happy!"}});
  auto session = open_session();
  ASSERT_TRUE(ask(session, "Hello"));

  ASSERT_TRUE(sync_wait(upkeep_->run(context(), due().at(0))));

  auto saved = sync_wait(chat_->messages(context(), session, {}));
  EXPECT_EQ(saved->items.at(0).sentiment, "");
}

TEST_F(UpkeepTest, is_asked_for_only_where_there_is_something_to_do) {
  use({{.text = "Yes."}});
  auto session = open_session();

  ASSERT_TRUE(ask(session, "Hello"));

  EXPECT_THAT(due(), IsEmpty());
}

}  // namespace
}  // namespace aiva::chat
