#include "capabilities/campaigns/internal/attempts.h"
#include "capabilities/campaigns/testing/campaigns_fixture.h"

namespace aiva::campaigns {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using voice::DialEnd;

constexpr const char* ada = "+4930000001";

// What a killed process leaves: rows of a call that nobody dials any more.
class RunnerAfter : public CampaignsFixture {
 protected:
  void SetUp() override {
    CampaignsFixture::SetUp();
    parts_.emplace(RunnerParts{*database, *log_, dialler_, clock, metrics_, {}});
    attempts_.emplace(*parts_, limits_);
    campaign_ = started(settings(), {ada});
    auto claim = sync_wait(attempts_->claim(context(), stored_campaign(campaign_)));
    ASSERT_TRUE(claim && claim->kind == Claim::Kind::attempt);
    attempt_ = std::move(claim->attempt);
  }
  void die_dialling() {
    auto call = sync_wait(log_->announce(context(), {.agent = agents_.agent.id,
                                                     .session_id = attempt_.open.session_id,
                                                     .direction = "outbound",
                                                     .dialled_number = ada}));
    ASSERT_TRUE(call);
    ASSERT_TRUE(sync_wait(attempts_->confirm(context(), attempt_, call->id)).value_or(false));
  }
  void lease_ends() { pass(seconds(30 + 20)); }

  RunnerSettings limits_{};
  std::optional<RunnerParts> parts_{};
  std::optional<Attempts> attempts_{};
  Campaign campaign_{};
  Attempt attempt_{};
};

TEST_F(RunnerAfter, a_death_before_dialling_calls_as_soon_as_the_lease_is_over) {
  pass(seconds(49));
  turn_to_end();
  EXPECT_THAT(dialler_.numbers(), IsEmpty());
  pass(seconds(1));
  turn();
  dialler_.await_ringing(1);

  EXPECT_EQ(contacts_of(campaign_).at(0).attempts, 1);
}

TEST_F(RunnerAfter, a_death_while_it_rang_calls_again_and_lets_the_old_call_not_begin) {
  die_dialling();
  lease_ends();
  turn();
  dialler_.await_ringing(1);

  EXPECT_EQ(contacts_of(campaign_).at(0).attempts, 2);
  EXPECT_FALSE(sync_wait(log_->claim({}, attempt_.open.session_id)));
  EXPECT_NE(dialler_.dialled().at(0).session_id, attempt_.open.session_id);
}

TEST_F(RunnerAfter, a_death_in_a_call_waits_for_its_end) {
  die_dialling();
  auto call = sync_wait(log_->claim({}, attempt_.open.session_id));
  ASSERT_TRUE(call);
  ASSERT_TRUE(sync_wait(log_->begin(context(), call->id, {})));
  lease_ends();
  turn_to_end();
  EXPECT_EQ(contacts_of(campaign_).at(0).status, "calling");

  ASSERT_TRUE(finish(call->id, 9'000));
  turn_to_end();

  EXPECT_THAT(standing(campaign_), ElementsAre("+4930000001 answered"));
  EXPECT_THAT(dialler_.numbers(), IsEmpty());
}

TEST_F(RunnerAfter, a_death_behind_the_dialling_takes_what_its_call_says) {
  die_dialling();
  ASSERT_TRUE(sync_wait(log_->withdraw(context(), *attempt_.open.call, DialEnd::rejected)));
  lease_ends();
  turn_to_end();

  EXPECT_THAT(standing(campaign_), ElementsAre("+4930000001 rejected"));
}

}  // namespace
}  // namespace aiva::campaigns
