#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>

#include "capabilities/voice/testing/voice_fakes.h"
#include "faces/rtp/server.h"
#include "faces/rtp/testing/calls_for_test.h"
#include "faces/rtp/testing/udp_caller.h"

namespace aiva::rtp {
namespace {

using std::chrono::milliseconds;

constexpr std::uint8_t loud = 0x90;
constexpr std::uint8_t quiet = 0xF0;

// Refuses what a test says; notes what is announced.
class BridgeLog final : public voice::CallLog {
 public:
  explicit BridgeLog(Happenings& happenings) : happenings_(happenings) {}

  Task<Result<voice::Call>> announce(CallContext context, voice::NewCall call) override {
    happenings_.note("announced " + call.session_id + " " + call.metadata);
    if (refuses_with) co_return fail(*refuses_with, "It is refused");
    co_return voice::Call{.tenant = context.tenant,
                          .agent = call.agent.value_or(AgentId{}),
                          .session_id = call.session_id,
                          .asterisk_port = call.asterisk_port};
  }
  Task<Result<voice::Call>> claim(CallContext, std::string) override {
    co_return fail(ErrorCode::not_found, "No such call");
  }
  Task<Result<voice::Call>> claim_own(CallContext, std::string, std::optional<AgentId>) override {
    co_return fail(ErrorCode::not_found, "No such call");
  }
  Task<Result<void>> begin(CallContext, voice::CallId, ChatSessionId) override {
    co_return Result<void>{};
  }
  Task<Result<void>> meter(CallContext, voice::CallId, std::int64_t) override {
    co_return Result<void>{};
  }
  Task<Result<void>> charge_model(CallContext, voice::CallId, voice::ModelUse) override {
    co_return Result<void>{};
  }
  Task<Result<void>> add_line(CallContext, voice::CallId, voice::TranscriptLine) override {
    co_return Result<void>{};
  }
  Task<Result<void>> note_transfer(CallContext, voice::CallId, std::string) override {
    co_return Result<void>{};
  }
  Task<Result<voice::Call>> finish(CallContext, voice::CallId, voice::CallOutcome) override {
    co_return voice::Call{};
  }
  Task<Result<void>> withdraw(CallContext, voice::CallId, voice::DialEnd) override {
    co_return Result<void>{};
  }
  Task<Result<void>> note_dialled(CallContext, voice::CallId, voice::DialEnd) override {
    co_return Result<void>{};
  }
  Task<Result<std::int64_t>> recover(CallContext, std::int64_t) override { co_return 0; }
  Task<Result<voice::Call>> call(CallContext, voice::CallId) override { co_return voice::Call{}; }
  Task<Result<voice::CallPage>> calls(CallContext, voice::CallFilter) override {
    co_return voice::CallPage{};
  }
  Task<Result<std::vector<voice::TranscriptLine>>> transcript(CallContext, voice::CallId) override {
    co_return std::vector<voice::TranscriptLine>{};
  }

  std::optional<ErrorCode> refuses_with{};

 private:
  Happenings& happenings_;
};

class RtpBridgeTest : public testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    options.bridge = BridgeOptions{.port = 0,
                                   .read_after = milliseconds(50),
                                   .read_max = milliseconds(1'500),
                                   .greeting_after = milliseconds(10),
                                   .hang_up_every = milliseconds(20)};
    auto made = make_server(std::move(options), {calls_, log_, metrics_, make_pause(), &board_});
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
  }
  void write(const UdpCaller& caller, std::string session, bool is_hung_up = false,
             std::string custom = {}) {
    board_.write(caller.port(), {.session_id = std::move(session),
                                 .tenant = tenant_,
                                 .custom = std::move(custom),
                                 .is_hung_up = is_hung_up});
  }

  TenantId tenant_ = TenantId::make();
  Metrics metrics_;
  Happenings happenings_;
  EchoCalls calls_{happenings_};
  BridgeLog log_{happenings_};
  BoardForTest board_{happenings_};
  std::unique_ptr<Server> server_;
};

TEST_F(RtpBridgeTest, answers_the_calls_of_many_ports_on_one) {
  serve({.threads = 2});
  UdpCaller first(server_->bridge_port());
  UdpCaller second(server_->bridge_port());
  write(first, "one", false, R"({"shop":7})");
  write(second, "two", false, "vip");

  EXPECT_TRUE(first.is_echoed(loud));
  EXPECT_TRUE(second.is_echoed(quiet));
  EXPECT_TRUE(first.is_echoed(loud));

  EXPECT_TRUE(happenings_.await(R"(announced one {"shop":7})"));
  EXPECT_TRUE(happenings_.await(R"(announced two {"custom_data":"vip"})"));
}

TEST_F(RtpBridgeTest, ends_a_call_that_the_board_says_is_over) {
  serve();
  UdpCaller caller(server_->bridge_port());
  write(caller, "one");
  ASSERT_TRUE(caller.is_echoed(loud));

  write(caller, "one", true);

  EXPECT_TRUE(happenings_.await("one ended: caller_hung_up"));
  EXPECT_TRUE(happenings_.await("one is told to have ended: caller_hung_up"));
}

TEST_F(RtpBridgeTest, ends_a_call_whose_port_is_written_over_to_another) {
  serve();
  UdpCaller caller(server_->bridge_port());
  write(caller, "one");
  ASSERT_TRUE(caller.is_echoed(loud));

  write(caller, "two");
  ASSERT_TRUE(happenings_.await("one ended: caller_hung_up"));

  caller.source = 2;
  EXPECT_TRUE(caller.is_echoed(quiet));
  EXPECT_TRUE(happenings_.await("two began at 8000"));
}

TEST_F(RtpBridgeTest, tells_the_board_when_the_agent_has_ended_the_call) {
  serve();
  UdpCaller caller(server_->bridge_port());
  write(caller, "one");
  ASSERT_TRUE(caller.is_echoed(loud));

  caller.press('#');

  EXPECT_TRUE(happenings_.await("one is told to have ended: agent_hung_up"));
  for (int i = 0; i < 20; ++i) {
    caller.say(loud);
    caller.hear(milliseconds(10));
  }
  EXPECT_FALSE(happenings_.rest().back().starts_with("announced")) << "it began once more";
}

TEST_F(RtpBridgeTest, waits_until_it_is_written_whose_call_it_is) {
  serve();
  UdpCaller caller(server_->bridge_port());
  write(caller, "old", true);
  for (int i = 0; i < 20; ++i) {
    caller.say(loud);
    EXPECT_FALSE(caller.hear(milliseconds(20)));
  }
  write(caller, "one");
  EXPECT_TRUE(caller.is_echoed(loud));
}

TEST_F(RtpBridgeTest, gives_up_what_nobody_tells_of) {
  serve();
  UdpCaller caller(server_->bridge_port());
  log_.refuses_with = ErrorCode::conflict;
  write(caller, "one");
  for (int i = 0; i < 10; ++i) {
    caller.say(loud);
    EXPECT_FALSE(caller.hear(milliseconds(20)));
  }
  // Asked three times, and its end is not told: it is perhaps another's call of that name.
  for (int times = 0; times < 3; ++times) EXPECT_TRUE(happenings_.await("announced one {}"));
  server_.reset();
  EXPECT_THAT(happenings_.rest(), testing::Each(testing::StartsWith("announced")));
}

TEST_F(RtpBridgeTest, tells_the_board_at_once_that_there_are_no_credits) {
  serve();
  UdpCaller caller(server_->bridge_port());
  log_.refuses_with = ErrorCode::quota_exceeded;
  write(caller, "one");
  for (int i = 0; i < 3; ++i) caller.say(loud);

  EXPECT_TRUE(happenings_.await("one is told to have ended: no_credits"));
}

TEST_F(RtpBridgeTest, has_no_more_streams_than_it_may) {
  serve({.streams_max = 1});
  UdpCaller caller(server_->bridge_port());
  UdpCaller other(server_->bridge_port());
  write(caller, "one");
  write(other, "two");
  ASSERT_TRUE(caller.is_echoed(loud));
  for (int i = 0; i < 10; ++i) other.say(loud);
  ASSERT_TRUE(caller.is_echoed(quiet));
  EXPECT_FALSE(other.hear(milliseconds(100)));
  EXPECT_THAT(happenings_.rest(), testing::Not(testing::Contains("announced two {}")));
}

TEST_F(RtpBridgeTest, ends_all_calls_with_itself) {
  serve();
  UdpCaller caller(server_->bridge_port());
  UdpCaller waiting(server_->bridge_port());
  write(caller, "one");
  ASSERT_TRUE(caller.is_echoed(loud));
  for (int i = 0; i < 3; ++i) waiting.say(loud);
  server_->stop_accepting();
  server_.reset();
  EXPECT_TRUE(happenings_.await("one ended: shutdown"));
  EXPECT_TRUE(happenings_.await("one is told to have ended: shutdown"));
}

}  // namespace
}  // namespace aiva::rtp
