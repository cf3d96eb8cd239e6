#include "capabilities/voice/call_records.h"

#include "capabilities/voice/flows.h"
#include "capabilities/voice/testing/calls_fixture.h"

namespace aiva::voice {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class CallRecordsOf : public CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    records_ = make_call_records({.database = *database, .agents = agents_, .clock = clock});
  }
  Call record(std::string session_id) {
    auto call = sync_wait(records_->create(
        context(), {.session_id = std::move(session_id), .agent = agents_.agent.id}));
    if (!call) ADD_FAILURE() << call.error().message;
    return call.value_or(Call{});
  }
  Result<Call> update(std::string key, RecordedCall told) {
    return sync_wait(records_->update(context(), std::move(key), std::move(told)));
  }

  std::unique_ptr<CallRecords> records_;
};

TEST_F(CallRecordsOf, a_bridge_are_written_down_and_cost_nothing_here) {
  auto call = record("bridge-7");
  clock.advance(milliseconds(65'000));

  auto ended = update("bridge-7", {.status = "completed",
                                   .caller_id = "+4930123456",
                                   .asterisk_port = 10'000,
                                   .base_cost = 26'000,
                                   .final_cost = 31'200});

  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->duration_ms, 65'000);
  auto found = stored(call.id);
  EXPECT_EQ(found.status, "completed");
  EXPECT_EQ(found.final_cost, 31'200);
  EXPECT_EQ(found.asterisk_port, 10'000);
  EXPECT_EQ(found.ended_at, clock.unix_ms());
  EXPECT_TRUE(update(call.id.to_string(), {.duration_ms = 64'000}).has_value());
  EXPECT_EQ(stored(call.id).duration_ms, 64'000);
  EXPECT_EQ(credits().balance, 105'000);
  EXPECT_EQ(credits().held, 0);
}

TEST_F(CallRecordsOf, a_bridge_have_limits) {
  record("bridge-7");
  EXPECT_EQ(failure_of(sync_wait(records_->create(
                context(), {.session_id = "bridge-7", .agent = agents_.agent.id}))),
            ErrorCode::conflict);
  EXPECT_EQ(failure_of(sync_wait(records_->create(context(), {}))), ErrorCode::invalid);
  EXPECT_EQ(failure_of(sync_wait(records_->create(context(), {.agent = AgentId::make()}))),
            ErrorCode::not_found);
  for (const auto& told :
       {RecordedCall{.status = "expired"}, RecordedCall{.duration_ms = -1},
        RecordedCall{.metadata = "x"}, RecordedCall{.asterisk_port = 70'000},
        RecordedCall{.final_cost = -1}, RecordedCall{.caller_id = std::string(101, '1')}})
    EXPECT_EQ(failure_of(update("bridge-7", told)), ErrorCode::invalid);
}

TEST_F(CallRecordsOf, calls_of_our_own_are_not_the_bridges_to_change) {
  auto call = begun();
  TranscriptLine line{.sequence_number = 1, .speaker = "customer", .text = "Hello"};

  EXPECT_EQ(failure_of(update(call.session_id, {.status = "completed"})), ErrorCode::conflict);
  EXPECT_EQ(failure_of(sync_wait(records_->add_line(context(), call.session_id, line, {}))),
            ErrorCode::conflict);
  EXPECT_EQ(sync_wait(records_->find(context(), call.session_id))->id, call.id);
}

TEST_F(CallRecordsOf, lines_stand_where_their_instant_says) {
  auto call = record("bridge-7");
  auto add = [&](std::int64_t number, UnixMs at) {
    TranscriptLine line{.sequence_number = number, .speaker = "customer", .text = "Hello"};
    return sync_wait(records_->add_line(context(), "bridge-7", line, at));
  };

  ASSERT_TRUE(add(1, *call.started_at + 2500).has_value());
  ASSERT_TRUE(add(2, 0).has_value());

  auto lines = sync_wait(log_->transcript(context(), call.id));
  ASSERT_EQ(lines->size(), 2U);
  EXPECT_EQ(lines->at(0).starts_ms, 2500);
  EXPECT_EQ(lines->at(1).starts_ms, 0);
}

TEST_F(CallRecordsOf, a_bridge_that_went_silent_end_after_a_day) {
  record("bridge-7");
  update("bridge-7", {.duration_ms = 5'000});
  clock.advance(hours(23));
  EXPECT_EQ(sync_wait(log_->recover({}, 0)), 0);
  clock.advance(hours(2));
  EXPECT_EQ(sync_wait(log_->recover({}, 0)), 1);

  auto ended = sync_wait(records_->find(context(), "bridge-7"));
  EXPECT_EQ(ended->status, "failed");
  EXPECT_EQ(ended->duration_ms, 5'000);
}

TEST_F(CallRecordsOf, do_not_exist_for_other_tenants) {
  auto call = record("bridge-7");
  TranscriptLine line{.speaker = "customer", .text = "Hello"};

  EXPECT_EQ(failure_of(sync_wait(records_->find(other(), "bridge-7"))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(records_->find(other(), call.id.to_string()))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(records_->update(other(), "bridge-7", {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(records_->add_line(other(), "bridge-7", line, {}))),
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(records_->analytics(other(), {}))->total, 0);
}

TEST_F(CallRecordsOf, all_calls_are_summed_up) {
  auto ours = begun();
  ASSERT_TRUE(sync_wait(log_->add_line(context(), ours.id,
                                       {.sequence_number = 1,
                                        .speaker = "agent",
                                        .text = "Good day",
                                        .first_audio_ms = 600}))
                  .has_value());
  CallOutcome outcome{.end = CallEnd::agent_hung_up,
                      .duration_ms = 30'000,
                      .turns = 3,
                      .interruptions = 1,
                      .mos = 4.2};
  ASSERT_TRUE(sync_wait(log_->finish(context(), ours.id, outcome)).has_value());
  clock.advance(hours(24));
  record("bridge-7");
  update("bridge-7", {.status = "completed", .duration_ms = 90'000, .final_cost = 1'000});
  TranscriptLine line{
      .sequence_number = 1, .speaker = "customer", .text = "Great", .sentiment = "positive"};
  ASSERT_TRUE(sync_wait(records_->add_line(context(), "bridge-7", line, {})).has_value());
  announce();

  auto sums = sync_wait(records_->analytics(context(), {})).value();

  using Statuses = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(sums.total, 3);
  EXPECT_EQ(sums.statuses, (Statuses{{"announced", 1}, {"completed", 2}}));
  EXPECT_EQ(sums.talked, 2);
  EXPECT_EQ(sums.duration_ms, 120'000);
  EXPECT_EQ(sums.final_cost, 14'400 + 1'000);
  EXPECT_EQ(sums.turns, 3);
  EXPECT_DOUBLE_EQ(sums.mean_mos, 4.2);
  EXPECT_DOUBLE_EQ(sums.mean_first_audio_ms, 600);
  EXPECT_EQ(sums.positive, 1);
  ASSERT_EQ(sums.days.size(), 2U);
  EXPECT_EQ(sums.days[0].duration_ms, 30'000);
  EXPECT_EQ(sums.days[1].calls, 2);
  EXPECT_EQ(sync_wait(records_->analytics(context(), {.days = 1}))->total, 2);
  EXPECT_EQ(sync_wait(records_->analytics(context(), {.agent = AgentId::make()}))->total, 0);
}

TEST_F(CallRecordsOf, a_conversation_are_forgotten_with_it) {
  auto call = announce();
  auto session = ChatSessionId::make();
  ASSERT_TRUE(sync_wait(log_->begin(context(), call.id, session)).has_value());
  TranscriptLine line{.speaker = "customer", .text = "My name is Ada"};
  ASSERT_TRUE(sync_wait(log_->add_line(context(), call.id, line)).has_value());
  auto forget = [&](TenantId whose) {
    return in_transaction(
        [&](SqlSession& sql) { return forget_calls_of_session(sql, whose, session); });
  };

  ASSERT_TRUE(sync_wait(log_->note_transfer(context(), call.id, "+4930123")).has_value());
  auto flows =
      make_flows({.database = *database, .agents = agents_, .audit_log = audit_, .clock = clock});
  Flow flow{.agent = agents_.agent.id,
            .name = "Booking",
            .definition = {.steps = {{.name = "hello", .text = "Hello"}}}};
  auto made = sync_wait(flows->create(context(), {}, flow));
  ASSERT_TRUE(made.has_value());
  for (const auto& session_id : {call.session_id, std::string("another")})
    ASSERT_TRUE(
        sync_wait(flows->save_session(context(), {.session_id = session_id, .flow = made->id}))
            .has_value());
  auto is_kept = [&](const std::string& session_id) {
    return sync_wait(flows->session(context(), session_id)).has_value();
  };

  EXPECT_EQ(forget(stranger), 0);
  EXPECT_EQ(sync_wait(log_->transcript(context(), call.id))->size(), 1U);
  EXPECT_TRUE(is_kept(call.session_id));
  EXPECT_EQ(forget(tenant), 1);
  EXPECT_FALSE(is_kept(call.session_id));
  EXPECT_TRUE(is_kept("another"));
  EXPECT_EQ(stored(call.id).transfer_target, "");
  EXPECT_TRUE(sync_wait(log_->transcript(context(), call.id))->empty());
}

}  // namespace
}  // namespace aiva::voice
