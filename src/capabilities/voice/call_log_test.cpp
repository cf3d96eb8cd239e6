#include "capabilities/voice/call_log.h"

#include <algorithm>
#include <set>

#include "capabilities/voice/testing/calls_fixture.h"
#include "ports/insert_rows.h"

namespace aiva::voice {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

class CallLogOf : public CallsFixture {
 protected:
  // The fields that are wrong.
  std::set<std::string> mistakes(NewCall call) {
    auto announced = sync_wait(log_->announce(context(), std::move(call)));
    std::set<std::string> fields;
    if (announced) return fields;
    EXPECT_EQ(announced.error().code, ErrorCode::invalid);
    for (const auto& detail : announced.error().details) fields.insert(detail.field);
    return fields;
  }
  std::optional<ErrorCode> say(CallId id, TranscriptLine line) {
    return failure_of(sync_wait(log_->add_line(context(), id, std::move(line))));
  }
};

TEST_F(CallLogOf, keeps_what_was_announced) {
  auto call = sync_wait(log_->announce(context(), {.agent = agents_.agent.id,
                                                   .caller_id = "+4930123456",
                                                   .caller_name = "Ada",
                                                   .provider = "audiosocket",
                                                   .metadata = R"({"queue":"a"})"}));
  ASSERT_TRUE(call.has_value());
  EXPECT_TRUE(Uuid::parse(call->session_id).has_value());

  auto found = stored(call->id);
  EXPECT_EQ(found.status, "announced");
  EXPECT_EQ(found.agent, agents_.agent.id);
  EXPECT_EQ(found.session_id, call->session_id);
  EXPECT_EQ(found.caller_name, "Ada");
  EXPECT_EQ(found.metadata, R"({"queue":"a"})");
  EXPECT_FALSE(found.started_at.has_value());
}

TEST_F(CallLogOf, names_each_wrong_field) {
  auto agent = agents_.agent.id;
  std::string bell("\a");
  using Fields = std::set<std::string>;
  EXPECT_EQ(mistakes({}), Fields{"agent_id"});
  EXPECT_EQ(mistakes({.agent = agent, .session_id = std::string(101, 'a')}), Fields{"session_id"});
  EXPECT_EQ(mistakes({.agent = agent, .direction = "sideways"}), Fields{"direction"});
  EXPECT_EQ(mistakes({.agent = agent, .caller_id = bell}), Fields{"caller_id"});
  EXPECT_EQ(mistakes({.agent = agent, .caller_name = "\xff"}), Fields{"caller_name"});
  EXPECT_EQ(mistakes({.agent = agent, .metadata = "[]"}), Fields{"metadata"});
  EXPECT_EQ(mistakes({.dialled_number = "+49 nobody"}), Fields{"did"});
}

TEST_F(CallLogOf, refuses_agents_nobody_has_and_sessions_that_are_taken) {
  auto unknown = sync_wait(log_->announce(context(), {.agent = AgentId::make()}));
  EXPECT_EQ(failure_of(unknown), ErrorCode::not_found);
  announce("desk-1");
  auto again =
      sync_wait(log_->announce(context(), {.agent = agents_.agent.id, .session_id = "desk-1"}));
  EXPECT_EQ(failure_of(again), ErrorCode::conflict);
}

TEST_F(CallLogOf, finds_the_agent_by_the_number_that_was_dialled) {
  auto numbers =
      make_numbers({.database = *database, .agents = agents_, .audit_log = audit_, .clock = clock});
  Number number{.agent = agents_.agent.id, .did = "+49 30 123456"};
  ASSERT_TRUE(sync_wait(numbers->create(context(), {}, number)).has_value());

  auto call = sync_wait(log_->announce(context(), {.dialled_number = "0049/30/123456"}));
  auto nobody = sync_wait(log_->announce(context(), {.dialled_number = "+49 30 654321"}));

  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->agent, agents_.agent.id);
  EXPECT_EQ(failure_of(nobody), ErrorCode::not_found);
}

TEST_F(CallLogOf, is_claimed_once_and_within_an_hour) {
  auto call = announce();
  auto late = announce();

  auto claimed = sync_wait(log_->claim({}, call.session_id));
  ASSERT_TRUE(claimed.has_value());
  EXPECT_EQ(claimed->id, call.id);
  EXPECT_EQ(claimed->tenant, tenant);
  EXPECT_EQ(failure_of(sync_wait(log_->claim({}, call.session_id))), ErrorCode::not_found);
  clock.advance(hours(1) + milliseconds(1));
  EXPECT_EQ(failure_of(sync_wait(log_->claim({}, late.session_id))), ErrorCode::not_found);
  EXPECT_EQ(sync_wait(log_->recover({}, 0)), 0);
  EXPECT_EQ(stored(late.id).status, "expired");
}

TEST_F(CallLogOf, is_claimed_by_nobody_where_two_tenants_use_one_session_id) {
  announce("shared");
  chat::FixedAgents agents(stranger);
  auto log = make_call_log(
      {.database = *database, .agents = agents, .billing = *metered, .clock = clock}, {});
  ASSERT_TRUE(sync_wait(log->announce(other(), {.agent = agents.agent.id, .session_id = "shared"}))
                  .has_value());

  EXPECT_EQ(failure_of(sync_wait(log_->claim({}, "shared"))), ErrorCode::not_found);
}

TEST_F(CallLogOf, is_left_to_its_leg_by_others_who_know_its_session_id) {
  auto call = announce("desk-1");
  auto agent = agents_.agent.id;

  EXPECT_EQ(failure_of(sync_wait(log_->claim_own(other(), "desk-1", {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(log_->claim_own(other(), "desk-1", agent))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(log_->claim_own(context(), "desk-1", AgentId::make()))),
            ErrorCode::not_found);

  auto claimed = sync_wait(log_->claim_own(context(), "desk-1", agent));
  ASSERT_TRUE(claimed.has_value());
  EXPECT_EQ(claimed->id, call.id);
  EXPECT_EQ(failure_of(sync_wait(log_->claim_own(context(), "desk-1", agent))),
            ErrorCode::not_found);
}

TEST_F(CallLogOf, is_claimed_by_its_tenant_where_another_uses_its_session_id) {
  auto call = announce("shared");
  chat::FixedAgents agents(stranger);
  auto log = make_call_log(
      {.database = *database, .agents = agents, .billing = *metered, .clock = clock}, {});
  ASSERT_TRUE(sync_wait(log->announce(other(), {.agent = agents.agent.id, .session_id = "shared"}))
                  .has_value());

  auto claimed = sync_wait(log_->claim_own(context(), "shared", {}));

  ASSERT_TRUE(claimed.has_value());
  EXPECT_EQ(claimed->id, call.id);
}

TEST_F(CallLogOf, does_not_exist_for_other_tenants) {
  auto call = begun();

  EXPECT_EQ(failure_of(sync_wait(log_->call(other(), call.id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(log_->begin(other(), call.id, {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(log_->meter(other(), call.id, 1))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(log_->finish(other(), call.id, {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(log_->transcript(other(), call.id))), ErrorCode::not_found);
  TranscriptLine line{.speaker = "agent", .text = "x"};
  EXPECT_EQ(failure_of(sync_wait(log_->add_line(other(), call.id, line))), ErrorCode::not_found);
  EXPECT_EQ(sync_wait(log_->calls(other(), {}))->total, 0);
  auto foreign = sync_wait(log_->announce(other(), {.agent = agents_.agent.id}));
  EXPECT_EQ(failure_of(foreign), ErrorCode::not_found);
}

TEST_F(CallLogOf, takes_each_minute_when_it_is_over_and_the_last_to_the_second) {
  auto call = begun();
  auto price = minute * 120 / 100;
  EXPECT_EQ(credits().held, minute);

  EXPECT_TRUE(meter(call.id, 44'999).has_value());
  EXPECT_EQ(credits().held, minute);
  EXPECT_TRUE(meter(call.id, 45'000).has_value());
  EXPECT_EQ(credits().held, 2 * minute);
  EXPECT_EQ(credits().balance, 105'000);
  EXPECT_TRUE(meter(call.id, 60'000).has_value());
  EXPECT_EQ(credits().balance, 105'000 - price);
  EXPECT_EQ(credits().held, minute);
  auto ended = finish(call.id, 89'200);

  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->status, "completed");
  EXPECT_EQ(ended->end_reason, "caller_hung_up");
  EXPECT_EQ(ended->base_cost, minute * 90 / 60);
  EXPECT_EQ(ended->final_cost, price * 90 / 60);
  EXPECT_EQ(credits().balance, 105'000 - ended->final_cost);
  EXPECT_EQ(credits().held, 0);
  EXPECT_EQ(stored(call.id).final_cost, ended->final_cost);
  EXPECT_TRUE(sync_wait(enforced->verify({})).has_value());
}

TEST_F(CallLogOf, takes_what_a_model_cost_once_for_each_part) {
  auto call = begun();
  auto charge = [&](CallContext context, std::int64_t part) {
    return failure_of(sync_wait(log_->charge_model(
        std::move(context), call.id, {.part = part, .model = "openai/m", .base = 10'000})));
  };
  auto before = credits().balance;

  EXPECT_EQ(charge(context(), 1), std::nullopt);
  EXPECT_EQ(charge(context(), 1), std::nullopt);
  EXPECT_EQ(charge(context(), 2), std::nullopt);
  EXPECT_EQ(charge(other(), 3), ErrorCode::not_found);

  EXPECT_EQ(before - credits().balance, 24'000);  // with the margin
  ASSERT_TRUE(finish(call.id, 1'000).has_value());
  EXPECT_EQ(stored(call.id).base_cost, 20'000 + minute / 60);
}

TEST_F(CallLogOf, gives_back_what_was_set_aside_and_not_used) {
  auto call = begun();
  ASSERT_TRUE(meter(call.id, 50'000).has_value());
  ASSERT_EQ(credits().held, 2 * minute);

  auto ended = finish(call.id, 50'001);

  EXPECT_EQ(ended->base_cost, minute * 51 / 60);
  EXPECT_EQ(credits().held, 0);
}

TEST_F(CallLogOf, says_before_the_next_minute_that_no_credits_are_left_for_it) {
  auto call = begun();
  ASSERT_TRUE(meter(call.id, 60'000).has_value());
  ASSERT_TRUE(meter(call.id, 120'000).has_value());

  // Three minutes of 28,800 are paid or set aside, and 105,000 were there.
  EXPECT_TRUE(meter(call.id, 164'999).has_value());
  EXPECT_EQ(failure_of(meter(call.id, 165'000)), ErrorCode::quota_exceeded);
  EXPECT_EQ(failure_of(meter(call.id, 165'500)), ErrorCode::quota_exceeded);
  ASSERT_TRUE(sync_wait(enforced->add({}, tenant, 100'000, "")).has_value());
  EXPECT_TRUE(meter(call.id, 166'000).has_value());

  auto ended = finish(call.id, 170'000, CallEnd::no_credits);
  EXPECT_EQ(ended->status, "insufficient_credits");
  EXPECT_EQ(ended->base_cost, minute * 170 / 60);
}

TEST_F(CallLogOf, does_not_begin_without_credits_for_a_minute) {
  auto first = announce();
  auto second = announce();
  ASSERT_TRUE(sync_wait(enforced->deduct({}, tenant, {"test", "1", 90'000})).has_value());
  ASSERT_LT(credits().available, minute);

  EXPECT_EQ(failure_of(sync_wait(log_->begin(context(), first.id, {}))), ErrorCode::quota_exceeded);
  EXPECT_EQ(stored(first.id).status, "insufficient_credits");
  EXPECT_EQ(stored(second.id).status, "announced");
  auto more = sync_wait(log_->announce(context(), {.agent = agents_.agent.id}));
  EXPECT_EQ(failure_of(more), ErrorCode::quota_exceeded);
}

TEST_F(CallLogOf, begins_and_ends_once) {
  auto call = begun();

  EXPECT_EQ(failure_of(sync_wait(log_->begin(context(), call.id, {}))), ErrorCode::conflict);
  ASSERT_TRUE(finish(call.id, 10'000).has_value());
  EXPECT_EQ(failure_of(finish(call.id, 20'000)), ErrorCode::conflict);
  EXPECT_EQ(failure_of(meter(call.id, 60'000)), ErrorCode::conflict);
  EXPECT_EQ(credits().balance, 105'000 - 4'000 * 120 / 100);
}

TEST_F(CallLogOf, tells_where_it_goes_before_it_ends) {
  auto call = begun();
  ASSERT_TRUE(sync_wait(log_->note_transfer(context(), call.id, "sales")).has_value());
  EXPECT_EQ(stored(call.id).transfer_target, "sales");
  EXPECT_EQ(stored(call.id).status, "in_progress");
  EXPECT_EQ(failure_of(sync_wait(log_->note_transfer(other(), call.id, "x"))),
            ErrorCode::not_found);

  CallOutcome outcome{.end = CallEnd::transferred, .transfer_target = "sales"};
  ASSERT_TRUE(sync_wait(log_->finish(context(), call.id, outcome)).has_value());
  EXPECT_EQ(stored(call.id).transfer_target, "sales");
  EXPECT_EQ(failure_of(sync_wait(log_->note_transfer(context(), call.id, "x"))),
            ErrorCode::conflict);
}

TEST_F(CallLogOf, goes_nowhere_when_the_caller_leaves_before) {
  auto call = begun();
  ASSERT_TRUE(sync_wait(log_->note_transfer(context(), call.id, "sales")).has_value());
  ASSERT_TRUE(finish(call.id, 1'000).has_value());
  EXPECT_EQ(stored(call.id).transfer_target, "");
}

TEST_F(CallLogOf, ends_calls_that_died_with_their_process_and_takes_nothing_twice) {
  auto dead = begun();
  clock.advance(minutes(1));
  ASSERT_TRUE(meter(dead.id, 60'000).has_value());
  clock.advance(minutes(5));
  auto living = begun();
  make(*enforced);  // another process

  EXPECT_EQ(sync_wait(log_->recover({}, 300'000)), 1);
  EXPECT_EQ(sync_wait(log_->recover({}, 300'000)), 0);

  auto ended = stored(dead.id);
  EXPECT_EQ(ended.status, "failed");
  EXPECT_EQ(ended.duration_ms, 60'000);
  EXPECT_EQ(ended.ended_at, *ended.started_at + 60'000);
  EXPECT_EQ(credits().balance, 105'000 - minute * 120 / 100);
  EXPECT_EQ(credits().held, minute);
  EXPECT_EQ(stored(living.id).status, "in_progress");
  EXPECT_EQ(failure_of(meter(dead.id, 120'000)), ErrorCode::conflict);
}

TEST_F(CallLogOf, goes_on_being_metered_by_another_process) {
  auto call = begun();
  make(*enforced);

  EXPECT_TRUE(meter(call.id, 61'000).has_value());
  EXPECT_EQ(credits().balance, 105'000 - minute * 120 / 100);
  EXPECT_EQ(finish(call.id, 61'000)->base_cost, minute * 61 / 60);
}

TEST_F(CallLogOf, keeps_what_was_said_in_its_order) {
  auto call = begun();

  EXPECT_EQ(say(call.id, {.sequence_number = 2, .speaker = "agent", .text = "Good day, how"}),
            std::nullopt);
  EXPECT_EQ(say(call.id, {.sequence_number = 1, .speaker = "customer", .text = "Hello"}),
            std::nullopt);
  EXPECT_EQ(say(call.id, {.sequence_number = 2,
                          .speaker = "agent",
                          .text = "Good day",
                          .starts_ms = 900,
                          .ends_ms = 1800,
                          .is_interrupted = true,
                          .first_audio_ms = 640}),
            std::nullopt);

  auto lines = sync_wait(log_->transcript(context(), call.id));
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ(lines->at(0).text, "Hello");
  EXPECT_EQ(lines->at(1).text, "Good day");
  EXPECT_TRUE(lines->at(1).is_interrupted);
  EXPECT_EQ(lines->at(1).first_audio_ms, 640);
  EXPECT_EQ(lines->at(1).recognised_ms, -1);
}

TEST_F(CallLogOf, refuses_lines_that_are_not_right_and_more_than_2000) {
  auto call = begun();
  EXPECT_EQ(say(call.id, {.speaker = "user", .text = "x"}), ErrorCode::invalid);
  EXPECT_EQ(say(call.id, {.speaker = "agent", .text = std::string(16 * 1024 + 1, 'x')}),
            ErrorCode::invalid);
  EXPECT_EQ(say(call.id, {.speaker = "agent", .text = "x", .starts_ms = 5, .ends_ms = 4}),
            ErrorCode::invalid);
  std::vector<SqlValue> spoken;
  for (int i = 1; i <= 2000; ++i)
    for (SqlValue value : {SqlValue(tenant), SqlValue(call.id), SqlValue(i), SqlValue("agent"),
                           SqlValue("x"), SqlValue(0), SqlValue(0), SqlValue(0)})
      spoken.push_back(value);
  ASSERT_TRUE(sync_wait(write(*database, {}, [&](SqlSession& sql) {
                return insert_rows(sql,
                                   "INSERT INTO call_transcriptions (tenant_id, call_id, "
                                   "sequence_number, speaker, original_message, starts_ms, "
                                   "ends_ms, created_at)",
                                   8, spoken);
              })).has_value());

  EXPECT_EQ(say(call.id, {.sequence_number = 2001, .speaker = "agent", .text = "x"}),
            ErrorCode::too_large);
  EXPECT_EQ(say(call.id, {.sequence_number = 2000, .speaker = "agent", .text = "y"}), std::nullopt);
}

TEST_F(CallLogOf, lists_the_newest_first_by_page_and_behind_a_position) {
  std::vector<CallId> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(announce().id);
    clock.advance(milliseconds(1));
  }
  ASSERT_TRUE(finish(ids[1], 0).has_value());

  auto page = sync_wait(log_->calls(context(), {.limit = 2, .page = 2}));
  ASSERT_EQ(page->items.size(), 2U);
  EXPECT_EQ(page->total, 5);
  EXPECT_EQ(page->items[0].id, ids[2]);
  ListPosition after{.key = page->items[1].created_at, .id = {page->items[1].id.uuid}};
  EXPECT_EQ(sync_wait(log_->calls(context(), {.after = after}))->items.front().id, ids[0]);
  EXPECT_EQ(sync_wait(log_->calls(context(), {.status = "completed"}))->items.front().id, ids[1]);
  EXPECT_EQ(sync_wait(log_->calls(context(), {.agent = AgentId::make()}))->total, 0);
  EXPECT_EQ(sync_wait(log_->calls(context(), {.until = clock.unix_ms() - 3}))->total, 2);
}

}  // namespace
}  // namespace aiva::voice
