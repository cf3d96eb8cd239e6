#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "capabilities/voice/testing/scripted_parts.h"
#include "capabilities/voice/voice.h"
#include "faces/rtp/server.h"
#include "faces/rtp/testing/calls_for_test.h"
#include "faces/rtp/testing/udp_caller.h"

namespace aiva::rtp {
namespace {

using std::chrono::milliseconds;

// Real calls with scripted parts, over real sockets.
class RealRtpCallTest : public testing::Test {
 protected:
  void serve(ServerOptions options) {
    calls_ = parts_.make();
    auto made = make_server(std::move(options),
                            {*calls_, parts_.log, parts_.metrics, make_pause(), &board_});
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
  }
  // Calls borrow the server's loops.
  void TearDown() override {
    if (server_) server_->stop_accepting();
    if (calls_) calls_->drain(std::chrono::seconds(5));
    calls_.reset();
    server_.reset();
  }

  // The caller is loud or silent for so long, every 20 ms; says how many loud packets came back.
  int pass(UdpCaller& caller, int ms, bool is_loud, int lost_of_ten = 0) {
    int voices = 0;
    auto next = std::chrono::steady_clock::now();
    for (int frame = 0; frame * voice::frame_ms < ms; ++frame) {
      if (frame % 10 < lost_of_ten)
        caller.skip();
      else
        say(caller, is_loud);
      next += milliseconds(voice::frame_ms);
      for (auto now = next - milliseconds(1); now < next; now = std::chrono::steady_clock::now()) {
        auto heard = caller.hear(std::chrono::ceil<milliseconds>(next - now));
        if (!heard) continue;
        heard_.push_back(heard->header);
        if (is_voice(heard->payload)) ++voices;
      }
    }
    return voices;
  }
  static void say(UdpCaller& caller, bool is_loud) {
    std::vector<std::uint8_t> payload(160, 0xFF);
    for (std::size_t at = 0; is_loud && at < payload.size(); ++at)
      payload[at] = at % 8 < 4 ? 0x10 : 0x90;
    caller.send({.payload_type = 0,
                 .sequence = caller.sequence++,
                 .timestamp = caller.timestamp,
                 .source = caller.source,
                 .payload = payload});
    caller.timestamp += 160;
  }
  static bool is_voice(const std::string& payload) {
    return std::ranges::any_of(payload, [](char byte) { return (byte & 0x70) < 0x50; });
  }
  // Silent until the agent speaks and has finished, or ten seconds are over.
  bool hear_agent(UdpCaller& caller, int lost_of_ten = 0) {
    bool has_spoken = false;
    for (int pieces = 0; pieces < 50; ++pieces) {
      int voices = pass(caller, 200, false, lost_of_ten);
      if (has_spoken && voices == 0) return true;
      has_spoken |= voices > 0;
    }
    return false;
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> texts;
    for (const auto& line : parts_.log.lines) texts.push_back(line.speaker + ": " + line.text);
    return texts;
  }
  bool is_over() {
    for (int tries = 0; tries < 1'000 && calls_->count() > 0; ++tries)
      std::this_thread::sleep_for(milliseconds(10));
    calls_->drain(std::chrono::seconds(10));
    return parts_.log.outcome.has_value();
  }
  void expect_whole_stream() {
    ASSERT_GT(heard_.size(), 50U);
    EXPECT_TRUE(heard_.front().is_marked);
    for (std::size_t i = 1; i < heard_.size(); ++i) {
      EXPECT_EQ(static_cast<std::uint16_t>(heard_[i].sequence - heard_[i - 1].sequence), 1);
      EXPECT_EQ(heard_[i].source, heard_[0].source);
      if (!heard_[i].is_marked) EXPECT_EQ(heard_[i].timestamp - heard_[i - 1].timestamp, 160U);
    }
  }

  voice::ScriptedParts parts_;
  Happenings happenings_;
  BoardForTest board_{happenings_};
  std::unique_ptr<Server> server_;
  std::unique_ptr<voice::Calls> calls_;
  std::vector<audio::RtpPacket> heard_{};  // without their payloads
};

TEST_F(RealRtpCallTest, is_greeted_and_answered_though_packets_are_lost) {
  serve({.bridge = BridgeOptions{.port = 0,
                                 .read_after = milliseconds(20),
                                 .greeting_after = milliseconds(20),
                                 .hang_up_every = milliseconds(20)}});
  UdpCaller caller(server_->bridge_port());
  BridgeCall told{.session_id = "one", .tenant = parts_.tenant, .agent = parts_.agents.agent.id};
  board_.write(caller.port(), told);

  ASSERT_TRUE(hear_agent(caller, 1)) << "no greeting";
  pass(caller, 1'000, true, 1);
  ASSERT_TRUE(hear_agent(caller, 1)) << "no answer";
  told.is_hung_up = true;
  board_.write(caller.port(), told);

  ASSERT_TRUE(happenings_.await("one is told to have ended: caller_hung_up"));
  ASSERT_TRUE(is_over());
  EXPECT_THAT(lines(),
              testing::ElementsAre("agent: Hello there.", "customer: How long is the warranty?",
                                   "agent: It is two years. Anything else?"));
  EXPECT_EQ(parts_.log.outcome->end, voice::CallEnd::caller_hung_up);
  EXPECT_GT(parts_.log.outcome->audio_in_ms, 2'000);
  expect_whole_stream();
}

TEST_F(RealRtpCallTest, has_a_port_and_may_fall_silent_between_answers) {
  serve({.ports = PortRange{26'000, 26'100}, .sends_silence = false});
  auto port = server_->ports().take();
  ASSERT_TRUE(port);
  auto call =
      sync_wait(parts_.log.announce({.tenant = parts_.tenant}, {.agent = parts_.agents.agent.id}));
  ASSERT_TRUE(call);
  (*port)->await(*call, std::nullopt);
  UdpCaller caller((*port)->port());

  ASSERT_TRUE(hear_agent(caller));
  auto greeting = heard_.size();
  EXPECT_LT(greeting, 15U) << "a greeting of six packets";
  pass(caller, 1'000, true);
  EXPECT_LE(heard_.size(), greeting + 1);
  ASSERT_TRUE(hear_agent(caller));
  auto second = std::ranges::find_if(heard_.begin() + 1, heard_.end(),
                                     [](const auto& packet) { return packet.is_marked; });
  ASSERT_NE(second, heard_.end());
  EXPECT_GT(second->timestamp - (second - 1)->timestamp, 8U * 1'000U);
}

}  // namespace
}  // namespace aiva::rtp
