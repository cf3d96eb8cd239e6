#include "capabilities/campaigns/runner.h"

#include <thread>

#include "capabilities/campaigns/internal/attempts.h"
#include "capabilities/campaigns/testing/campaigns_fixture.h"

namespace aiva::campaigns {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using voice::DialEnd;

constexpr const char* ada = "+4930000001";
constexpr const char* bob = "+4930000002";
constexpr const char* eve = "+4930000003";

class RunnerOf : public CampaignsFixture {
 protected:
  void answers(const std::string& number, DialEnd end) { dialler_.script[number] = {{.end = end}}; }
};

TEST_F(RunnerOf, a_campaign_calls_its_contacts_in_order_and_notes_what_came_of_it) {
  answers(ada, DialEnd::answered);
  answers(bob, DialEnd::busy);
  auto wanted = settings();
  wanted.caller_id = "+49 30 999999";
  wanted.calls_at_once = 2;
  wanted.calls_per_minute = 30;
  auto campaign = started(wanted, {ada, bob});

  turn_to_end();
  pass(seconds(1));
  turn_to_end();
  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 calling", "+4930000002 busy"));
  talk(dialler_.dialled().at(0), 30'000);
  pass(seconds(1));
  turn_to_end();
  turn_to_end();

  EXPECT_THAT(dialler_.numbers(), ElementsAre(ada, bob));
  EXPECT_EQ(dialler_.dialled()[0].caller_id, "+4930999999");
  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 answered", "+4930000002 busy"));
  auto contact = contacts_of(campaign).at(0);
  EXPECT_EQ(contact.answered_by, "human");
  EXPECT_EQ(contact.duration_ms, 30'000);
  EXPECT_GT(contact.cost, 0);
  EXPECT_EQ(stored_campaign(campaign).status, "finished");
  EXPECT_THAT(events(), ElementsAre("+4930000002 busy", "+4930000001 answered", "finished "));
  auto call = stored(*contacts_of(campaign).at(1).call);
  EXPECT_EQ(call.status, "failed");
  EXPECT_EQ(call.end_reason, "busy");
  EXPECT_EQ(call.direction, "outbound");
}

TEST_F(RunnerOf, a_campaign_keeps_its_pace_and_its_calls_at_once) {
  auto wanted = settings();
  wanted.calls_at_once = 2;
  wanted.calls_per_minute = 6;
  auto campaign = started(wanted, {ada, bob, eve});

  turn();
  dialler_.await_ringing(1);
  pass(seconds(8));
  turn();
  EXPECT_THAT(dialler_.numbers(), SizeIs(1));  // ten seconds lie between two calls
  pass(seconds(2));
  turn();
  dialler_.await_ringing(2);
  pass(seconds(20));
  turn();
  EXPECT_THAT(dialler_.numbers(), SizeIs(2));
  dialler_.end(ada, DialEnd::no_answer);
  dialler_.await_ringing(1);
  // The end is written down by whoever waited for it.
  while (contacts_of(campaign).at(0).status == "calling") std::this_thread::yield();
  turn();
  dialler_.await_ringing(2);

  EXPECT_THAT(dialler_.numbers(), ElementsAre(ada, bob, eve));
  EXPECT_EQ(dialler_.most_at_once(), 2);
}

TEST_F(RunnerOf, retries_are_made_by_outcome_as_often_and_as_late_as_said) {
  dialler_.script[ada] = {{.end = DialEnd::busy},
                          {.end = DialEnd::no_answer},
                          {.end = DialEnd::busy},
                          {.end = DialEnd::busy}};
  auto wanted = settings();
  wanted.retries = {{"busy", {.times = 2, .after_s = 60}},
                    {"no_answer", {.times = 1, .after_s = 600}}};
  auto campaign = started(wanted, {ada});

  turn_to_end();
  EXPECT_EQ(contacts_of(campaign).at(0).status, "pending");
  pass(seconds(59));
  turn_to_end();
  EXPECT_THAT(dialler_.numbers(), SizeIs(1));
  pass(seconds(1));
  turn_to_end();
  pass(minutes(9));
  turn_to_end();
  EXPECT_THAT(dialler_.numbers(), SizeIs(2));
  pass(minutes(1));
  turn_to_end();
  pass(minutes(1));
  turn_to_end();

  EXPECT_THAT(dialler_.numbers(), SizeIs(4));
  auto contact = contacts_of(campaign).at(0);
  EXPECT_EQ(contact.status, "busy");
  EXPECT_EQ(contact.outcomes, "busy no_answer busy busy");
  EXPECT_EQ(contact.attempts, 4);
}

TEST_F(RunnerOf, a_machine_is_no_answer_and_may_be_called_again) {
  answers(ada, DialEnd::answered);
  auto wanted = settings();
  wanted.retries = {{"machine", {.times = 1, .after_s = 60}}};
  auto campaign = started(wanted, {ada});

  turn_to_end();
  talk(dialler_.dialled().at(0), 5'000, "machine_voicemail");
  turn_to_end();
  EXPECT_EQ(contacts_of(campaign).at(0).status, "pending");
  pass(minutes(1));
  turn_to_end();
  talk(dialler_.dialled().at(1), 5'000, "machine_voicemail");
  turn_to_end();

  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 machine"));
}

TEST_F(RunnerOf, two_campaigns_never_call_one_number_at_once) {
  auto first = started(settings(), {ada});
  auto second = started(settings(), {"4930000001"});  // the same without its +

  turn();
  dialler_.await_ringing(1);
  pass(seconds(5));
  turn();
  EXPECT_THAT(dialler_.numbers(), SizeIs(1));
  dialler_.end(dialler_.numbers().at(0), DialEnd::no_answer);
  runner_->wait_idle();
  turn();
  dialler_.await_ringing(1);

  EXPECT_THAT(dialler_.numbers(), SizeIs(2));
  EXPECT_EQ(contacts_of(first).at(0).attempts + contacts_of(second).at(0).attempts, 2);
}

TEST_F(RunnerOf, two_processes_never_call_one_contact_twice) {
  std::vector<std::string> numbers;
  for (int number = 0; number < 60; ++number)
    numbers.push_back("+49300000" + std::to_string(100 + number));
  auto wanted = settings();
  wanted.calls_at_once = 1000;
  for (const auto& number : numbers) answers(number, DialEnd::busy);
  auto campaign = started(wanted, numbers);
  auto other = make_own_runner();

  auto work = [this](Runner& runner) {
    for (int turns = 0; turns < 40; ++turns) {
      EXPECT_TRUE(sync_wait(runner.turn({})));
      clock.advance(std::chrono::milliseconds(20));
    }
    runner.wait_idle();
  };
  std::thread beside([&] { work(*other); });
  work(*runner_);
  beside.join();
  pass(seconds(1));
  turn_to_end();
  turn_to_end();

  EXPECT_THAT(dialler_.numbers(), testing::UnorderedElementsAreArray(numbers));
  EXPECT_EQ(stored_campaign(campaign).status, "finished");
}

TEST_F(RunnerOf, numbers_nobody_wants_called_are_not_called) {
  ASSERT_TRUE(sync_wait(do_not_call_->add(context(), {}, {{.number = "4930000001"}})));
  // The second is put on the list after it was taken, while its call is announced.
  auto campaign = started(settings(), {ada, eve});
  auto other = add(settings(), {bob});
  RunnerParts parts{*database, *log_, dialler_, clock, metrics_, {}};
  RunnerSettings limits;
  Attempts attempts(parts, limits);
  act(other, CampaignAction::start);
  auto claim = sync_wait(attempts.claim(context(), stored_campaign(other)));
  ASSERT_TRUE(claim && claim->kind == Claim::Kind::attempt);
  ASSERT_TRUE(sync_wait(do_not_call_->add(context(), {}, {{.number = bob}})));
  auto may_dial = sync_wait(attempts.confirm(context(), claim->attempt, voice::CallId::make()));

  turn();
  dialler_.await_ringing(1);

  EXPECT_EQ(may_dial.value_or(true), false);
  EXPECT_THAT(dialler_.numbers(), ElementsAre(eve));
  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 do_not_call", "+4930000003 calling"));
  EXPECT_THAT(standing(other), ElementsAre("+4930000002 do_not_call"));
}

TEST_F(RunnerOf, nobody_is_called_outside_of_the_hours) {
  answers(ada, DialEnd::busy);
  auto wanted = settings();  // the clock begins on a Wednesday, 01:00 in Berlin
  wanted.time_zone = "Europe/Berlin";
  wanted.windows = {{.days = {"wed"}, .from = "09:00", .to = "10:00"}};
  auto campaign = started(wanted, {ada});

  turn_to_end();
  pass(std::chrono::hours(8) - seconds(1));
  turn_to_end();
  EXPECT_THAT(dialler_.numbers(), IsEmpty());
  pass(seconds(1));
  turn_to_end();

  EXPECT_THAT(dialler_.numbers(), ElementsAre(ada));
}

TEST_F(RunnerOf, a_paused_campaign_breaks_off_what_rings_and_goes_on_when_resumed) {
  auto campaign = started(settings(), {ada, bob});
  turn();
  dialler_.await_ringing(1);

  act(campaign, CampaignAction::pause);
  turn_to_end();
  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 pending", "+4930000002 pending"));
  pass(minutes(5));
  turn_to_end();
  EXPECT_THAT(dialler_.numbers(), SizeIs(1));
  act(campaign, CampaignAction::resume);
  turn();
  dialler_.await_ringing(1);

  EXPECT_THAT(dialler_.numbers(), SizeIs(2));
}

TEST_F(RunnerOf, a_cancelled_campaign_cancels_who_waits_and_who_rings) {
  auto campaign = started(settings(), {ada, bob});
  turn();
  dialler_.await_ringing(1);

  act(campaign, CampaignAction::cancel);
  turn_to_end();

  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 cancelled", "+4930000002 cancelled"));
  EXPECT_EQ(stored_campaign(campaign).status, "cancelled");
}

TEST_F(RunnerOf, a_campaign_without_credits_pauses_and_says_why) {
  prices_.least_to_start = 10'000'000;
  runner_.reset();
  make(*enforced);
  runner_ = make_own_runner();
  auto campaign = started(settings(), {ada});

  turn_to_end();

  EXPECT_THAT(dialler_.numbers(), IsEmpty());
  EXPECT_EQ(stored_campaign(campaign).status, "paused");
  EXPECT_EQ(stored_campaign(campaign).status_reason, "no_credits");
  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 pending"));
  EXPECT_EQ(contacts_of(campaign).at(0).attempts, 0);
}

TEST_F(RunnerOf, a_campaign_pauses_while_its_agent_is_switched_off) {
  agents_.is_active = false;
  auto campaign = started(settings(), {ada});

  turn_to_end();

  EXPECT_EQ(stored_campaign(campaign).status_reason, "agent_unavailable");
}

TEST_F(RunnerOf, a_campaign_without_a_line_rests_and_tries_again) {
  dialler_.script[ada] = {{.end = fail(ErrorCode::unavailable, "The telephone system is away")},
                          {.end = DialEnd::busy}};
  auto campaign = started(settings(), {ada});

  turn_to_end();
  turn_to_end();
  EXPECT_THAT(dialler_.numbers(), SizeIs(1));
  pass(seconds(30));
  turn_to_end();

  EXPECT_THAT(dialler_.numbers(), SizeIs(2));
  EXPECT_EQ(contacts_of(campaign).at(0).attempts, 1);
}

TEST_F(RunnerOf, nothing_is_begun_without_a_telephone_system) {
  dialler_.has_line = false;
  auto campaign = started(settings(), {ada});

  turn_to_end();

  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 pending"));
}

TEST_F(RunnerOf, a_campaign_is_over_at_its_end_date) {
  auto wanted = settings();
  wanted.starts_at = clock.unix_ms() + 1000;
  wanted.ends_at = clock.unix_ms() + 2000;
  auto campaign = started(wanted, {ada, bob});
  turn_to_end();
  EXPECT_THAT(dialler_.numbers(), IsEmpty());

  pass(seconds(2));
  turn_to_end();

  EXPECT_EQ(stored_campaign(campaign).status, "finished");
  EXPECT_EQ(stored_campaign(campaign).status_reason, "end_date");
  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 cancelled", "+4930000002 cancelled"));
}

TEST_F(RunnerOf, an_answered_call_without_audio_has_failed) {
  answers(ada, DialEnd::answered);
  auto campaign = started(settings(), {ada});
  turn_to_end();

  pass(seconds(59));
  turn_to_end();
  EXPECT_EQ(contacts_of(campaign).at(0).status, "calling");
  pass(seconds(2));
  turn_to_end();

  EXPECT_EQ(contacts_of(campaign).at(0).status, "failed");
}

TEST_F(RunnerOf, a_call_that_began_was_answered_whatever_is_told_of_its_dialling) {
  auto campaign = started(settings(), {ada});
  turn();
  dialler_.await_ringing(1);
  talk(dialler_.dialled().at(0), 4'000);

  dialler_.end(ada, DialEnd::no_answer);
  runner_->wait_idle();
  turn_to_end();

  EXPECT_THAT(standing(campaign), ElementsAre("+4930000001 answered"));
}

}  // namespace
}  // namespace aiva::campaigns
