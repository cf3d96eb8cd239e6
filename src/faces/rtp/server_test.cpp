#include "faces/rtp/server.h"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "capabilities/voice/testing/unsteered_calls.h"
#include "capabilities/voice/testing/voice_fakes.h"
#include "faces/rtp/testing/calls_for_test.h"
#include "faces/rtp/testing/udp_caller.h"

namespace aiva::rtp {
namespace {

using std::chrono::milliseconds;

constexpr std::uint8_t loud = 0x90;
constexpr std::uint8_t quiet = 0xF0;

class RtpServerTest : public testing::Test {
 protected:
  // Some range that other programs of this machine hardly have.
  static PortRange ports(std::uint16_t count) {
    static std::mt19937 random(std::random_device{}());
    auto first = static_cast<std::uint16_t>(10'000 + 2 * (random() % 10'000));
    return {first, static_cast<std::uint16_t>(first + 2 * count - 1)};
  }
  void serve(ServerOptions options = {}) {
    if (!options.ports) options.ports = ports(8);
    auto made = make_server(std::move(options), {calls_, log_, metrics_});
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
  }
  // The port of an announced call.
  std::uint16_t announce(const std::string& session) {
    auto port = server_->ports().take();
    if (!port) return 0;
    (*port)->await({.id = voice::CallId::make(), .session_id = session}, std::nullopt);
    return (*port)->port();
  }
  std::string metric(const std::string& name) const {
    auto text = metrics_.to_prometheus_text();
    auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "";
    auto value = text.substr(at + name.size() + 2);
    return value.substr(0, value.find('\n'));
  }
  // The same, from that end of its audio, whose port may be spoken to at once.
  std::unique_ptr<voice::MediaPort> announce_told(const std::string& session,
                                                  voice::MediaPeer peer) {
    auto port = server_->ports().take();
    if (!port) return nullptr;
    (*port)->await({.id = voice::CallId::make(), .session_id = session}, std::move(peer));
    return std::move(*port);
  }
  double refused(const std::string& reason) const {
    auto text = metric("aiva_voice_rtp_refused_total{reason=\"" + reason + "\"}");
    return text.empty() ? 0 : std::stod(text);
  }

  Metrics metrics_;
  Happenings happenings_;
  EchoCalls calls_{happenings_};
  voice::MemoryCallLog log_;
  std::unique_ptr<Server> server_;
};

TEST_F(RtpServerTest, carries_an_announced_call) {
  serve();
  UdpCaller caller(announce("one"));

  auto heard = caller.say_until_heard(loud, loud);
  ASSERT_TRUE(heard);
  auto next = caller.say_until_heard(loud, loud);
  ASSERT_TRUE(next);

  EXPECT_TRUE(happenings_.await("one began at 8000"));
  EXPECT_EQ(next->header.payload_type, 0);
  EXPECT_EQ(next->header.source, heard->header.source);
  auto frames = static_cast<std::uint16_t>(next->header.sequence - heard->header.sequence);
  EXPECT_GE(frames, 1);
  EXPECT_EQ(next->header.timestamp - heard->header.timestamp, 160U * frames);
  caller.press('5');
  caller.press('#');
  EXPECT_TRUE(happenings_.await("one pressed 5"));
  EXPECT_TRUE(happenings_.await("one ended: agent_hung_up"));
}

TEST_F(RtpServerTest, plays_what_was_lost_overtaken_and_doubled) {
  serve();
  UdpCaller caller(announce("one"));
  ASSERT_TRUE(caller.is_echoed(loud));

  for (int round = 0; round < 5; ++round) {
    caller.skip();
    auto behind = caller.sequence++;
    auto timestamp = caller.timestamp;
    caller.timestamp += 160;
    caller.say(loud);
    std::vector<std::uint8_t> payload(160, loud);
    for (int copies = 0; copies < 2; ++copies)
      caller.send({.sequence = behind,
                   .timestamp = timestamp,
                   .source = caller.source,
                   .payload = payload});
    ASSERT_TRUE(caller.is_echoed(loud));
  }
  EXPECT_TRUE(caller.is_echoed(quiet));
  caller.press('#');

  EXPECT_TRUE(happenings_.await("one lost packets"));
  EXPECT_TRUE(happenings_.await("one ended: agent_hung_up"));
  server_.reset();
  EXPECT_GE(std::stod(metric("aiva_voice_rtp_lost_total")), 5);
  EXPECT_GE(std::stod(metric("aiva_voice_rtp_duplicate_total")), 5);
  EXPECT_GE(std::stod(metric("aiva_voice_rtp_reordered_total")), 5);
  EXPECT_EQ(metric("aiva_voice_rtp_mos_count"), "1");
  EXPECT_EQ(metric("aiva_voice_rtp_streams"), "0");
}

TEST_F(RtpServerTest, lets_nobody_speak_in_the_call_of_another) {
  serve();
  auto port = announce("one");
  UdpCaller caller(port);
  ASSERT_TRUE(caller.is_echoed(loud));

  UdpCaller hijacker(port);
  hijacker.sequence = caller.sequence;
  hijacker.source = caller.source;
  hijacker.timestamp = caller.timestamp;
  for (int i = 0; i < 50; ++i) {
    hijacker.say(quiet);
    hijacker.press('#');
    ASSERT_TRUE(caller.is_echoed(loud));
  }

  EXPECT_FALSE(hijacker.hear(milliseconds(0)));
  EXPECT_GE(refused("stranger"), 50);
  EXPECT_THAT(happenings_.rest(), testing::Not(testing::Contains("one pressed #")));
}

TEST_F(RtpServerTest, lets_the_sender_go_on_from_another_address) {
  serve();
  auto port = announce("one");
  UdpCaller moved(port);
  {
    UdpCaller caller(port);
    ASSERT_TRUE(caller.is_echoed(loud));
    moved.sequence = caller.sequence;
    moved.timestamp = caller.timestamp;
    moved.source = caller.source;
  }
  EXPECT_TRUE(moved.is_echoed(quiet));
}

TEST_F(RtpServerTest, goes_on_with_a_new_stream_of_the_same_sender) {
  serve();
  UdpCaller caller(announce("one"));
  ASSERT_TRUE(caller.is_echoed(loud));

  caller.source = 77;
  caller.sequence = 40'000;
  caller.timestamp = 0xFFFFFFFF;

  EXPECT_TRUE(caller.is_echoed(quiet));
}

TEST_F(RtpServerTest, speaks_linear_samples_of_16_khz) {
  serve();
  UdpCaller caller(announce("wide"));
  std::optional<HeardPacket> heard;
  std::vector<std::uint8_t> payload;
  for (int i = 0; i < 320; ++i) payload.insert(payload.end(), {0x12, 0x34});
  for (std::uint16_t i = 0; i < 500; ++i) {
    caller.send({.payload_type = 118,
                 .sequence = i,
                 .timestamp = 320U * i,
                 .source = 7,
                 .payload = payload});
    heard = caller.hear(milliseconds(20));
    if (heard && heard->payload.starts_with("\x12\x34")) break;
  }
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->header.payload_type, 118);
  EXPECT_EQ(heard->payload.size(), 640U);
  EXPECT_TRUE(happenings_.await("wide began at 16000"));
}

TEST_F(RtpServerTest, is_not_disturbed_by_what_is_no_packet_of_the_call) {
  serve();
  UdpCaller caller(announce("one"));
  std::mt19937 random(1);
  auto disturb = [&] {
    caller.send("");
    caller.send("GET / HTTP/1.1\r\n\r\n");
    caller.send(std::string("\x80\xC8\x00\x06", 4) + std::string(24, 'r'));  // RTCP
    caller.send(std::string("\x80\x00", 2));
    caller.send(std::string(3'000, '\x80'));
    std::string noise(1 + random() % 300, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    noise[0] = '\x9F';  // an extension that is not there
    caller.send(noise.substr(0, 14));
    std::vector<std::uint8_t> payload(20, 1);
    for (std::uint8_t type : {3, 9, 18, 96, 127})
      caller.send({.payload_type = type,
                   .sequence = caller.sequence++,
                   .timestamp = caller.timestamp,
                   .source = caller.source,
                   .payload = payload});
  };
  disturb();
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(caller.is_echoed(loud));
    disturb();
  }
  EXPECT_GE(refused("malformed"), 40);
  EXPECT_GE(refused("type"), 40);
}

TEST_F(RtpServerTest, refuses_addresses_it_does_not_know) {
  serve({.allowed = {"10.0.0.0/8", "fd00::/8"}});
  UdpCaller caller(announce("one"));
  for (int i = 0; i < 10; ++i) caller.say(loud);
  for (int tries = 0; tries < 2'000 && refused("address") < 10; ++tries)
    EXPECT_FALSE(caller.hear(milliseconds(5)));
  EXPECT_EQ(refused("address"), 10);
  EXPECT_THAT(happenings_.rest(), testing::IsEmpty());
}

TEST_F(RtpServerTest, ends_the_call_when_nobody_listens_any_more) {
  serve();
  {
    UdpCaller caller(announce("one"));
    ASSERT_TRUE(caller.is_echoed(loud));
  }
  EXPECT_TRUE(happenings_.await("one ended: caller_hung_up"));
}

TEST_F(RtpServerTest, speaks_to_a_far_end_that_is_told_before_it_has_sent_anything) {
  serve();
  auto spare = server_->ports().take();
  ASSERT_TRUE(spare);
  UdpCaller caller((*spare)->port());  // whose packets go elsewhere
  auto port = announce_told(
      "one",
      {.address = "127.0.0.1", .port = caller.port(), .format = {.coding = voice::Coding::pcma}});
  ASSERT_TRUE(port);

  EXPECT_TRUE(happenings_.await("one began at 8000"));
  auto heard = caller.hear(milliseconds(5'000));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->header.payload_type, 8);
  EXPECT_EQ(heard->payload.size(), 160U);
  port->end();
  EXPECT_TRUE(happenings_.await("one ended: caller_hung_up"));
  port->end();
}

TEST_F(RtpServerTest, hears_a_far_end_that_is_told_from_its_first_packet_on) {
  serve();
  auto port = server_->ports().take();
  ASSERT_TRUE(port);
  UdpCaller caller((*port)->port());
  (*port)->await({.id = voice::CallId::make(), .session_id = "one"},
                 voice::MediaPeer{.address = "127.0.0.1",
                                  .port = caller.port(),
                                  .format = {.coding = voice::Coding::pcmu}});

  EXPECT_TRUE(caller.is_echoed(loud));
  EXPECT_EQ(refused("stranger"), 0);
}

TEST_F(RtpServerTest, takes_a_told_far_end_that_may_not_send_for_none) {
  serve({.allowed = {"10.0.0.0/8"}, .waiting_max = milliseconds(50)});
  UdpCaller caller(1);
  auto port = announce_told("one", {.address = "127.0.0.1", .port = caller.port()});
  auto other = announce_told("two", {.address = "nowhere", .port = 4000});
  ASSERT_TRUE(port && other);

  EXPECT_FALSE(caller.hear(milliseconds(800)));
  EXPECT_THAT(happenings_.rest(), testing::IsEmpty());
}

TEST_F(RtpServerTest, gives_each_call_a_port_and_no_more_than_there_are) {
  serve({.ports = ports(3)});
  std::vector<std::unique_ptr<voice::MediaPort>> taken;
  for (;;) {
    auto port = server_->ports().take();
    if (!port) {
      EXPECT_EQ(port.error().code, ErrorCode::unavailable);
      break;
    }
    EXPECT_EQ((*port)->port() % 2, 0);
    EXPECT_EQ((*port)->address(), "127.0.0.1");
    taken.push_back(std::move(*port));
  }
  EXPECT_EQ(taken.size(), 3U);
  taken.pop_back();
  EXPECT_TRUE(server_->ports().take());
}

// Asterisk is not told that a call is over: it may go on sending for long.
TEST_F(RtpServerTest, gives_a_port_again_only_when_its_last_sender_has_stopped) {
  serve({.ports = ports(1), .quiet_time = milliseconds(200)});
  UdpCaller caller(announce("one"));
  ASSERT_TRUE(caller.is_echoed(loud));
  caller.press('#');
  ASSERT_TRUE(happenings_.await("one ended: agent_hung_up"));

  for (int i = 0; i < 50; ++i) {
    caller.say(loud);
    EXPECT_FALSE(server_->ports().take());
    caller.hear(milliseconds(10));
  }
  std::uint16_t next = 0;
  for (int tries = 0; tries < 500 && next == 0; ++tries) {
    caller.hear(milliseconds(20));
    next = announce("two");
  }
  ASSERT_NE(next, 0);
  EXPECT_TRUE(UdpCaller(next).is_echoed(quiet));
}

TEST_F(RtpServerTest, gives_up_a_port_to_which_nothing_comes) {
  serve({.ports = ports(1), .waiting_max = milliseconds(50), .quiet_time = milliseconds(50)});
  ASSERT_NE(announce("one"), 0);
  for (int tries = 0; tries < 500; ++tries) {
    if (server_->ports().take()) return;
    std::this_thread::sleep_for(milliseconds(10));
  }
  FAIL() << "the port is not free";
}

TEST_F(RtpServerTest, gives_up_the_port_of_a_call_that_cannot_be_answered) {
  serve({.ports = ports(1), .quiet_time = milliseconds(50)});
  calls_.is_full = true;
  UdpCaller caller(announce("one"));
  for (int i = 0; i < 3; ++i) caller.say(loud);
  for (int tries = 0; tries < 500; ++tries) {
    if (server_->ports().take()) return;
    caller.hear(milliseconds(10));
  }
  FAIL() << "the port is not free";
}

TEST_F(RtpServerTest, sends_nothing_in_silence_where_that_is_wanted) {
  class Quiet final : public voice::UnsteeredCalls {
   public:
    explicit Quiet(Happenings& happenings) : happenings_(happenings) {}
    Task<Result<std::shared_ptr<voice::LiveCall>>> answer(
        CallContext, voice::Call, std::shared_ptr<voice::Leg> leg) override {
      happenings_.note(leg->keeps_itself_alive() ? "silent" : "never silent");
      co_return fail(ErrorCode::unavailable, "It is enough");
    }
    [[nodiscard]] std::vector<voice::ActiveCall> active(const CallContext&) const override {
      return {};
    }
    [[nodiscard]] std::size_t count() const override { return 0; }
    Result<void> hang_up(const CallContext&, voice::CallId) override { return {}; }
    void drain(milliseconds) override {}

   private:
    Happenings& happenings_;
  };
  Quiet calls(happenings_);
  for (bool sends_silence : {true, false}) {
    auto made =
        make_server({.ports = ports(8), .sends_silence = sends_silence}, {calls, log_, metrics_});
    ASSERT_TRUE(made);
    server_ = std::move(*made);
    UdpCaller caller(announce("one"));
    for (int i = 0; i < 3; ++i) caller.say(loud);
    EXPECT_TRUE(happenings_.await(sends_silence ? "never silent" : "silent"));
    server_.reset();
  }
}

TEST_F(RtpServerTest, ends_all_calls_with_itself) {
  serve({.threads = 2});
  UdpCaller first(announce("one"));
  UdpCaller second(announce("two"));
  ASSERT_TRUE(first.is_echoed(loud));
  ASSERT_TRUE(second.is_echoed(loud));
  server_->stop_accepting();
  EXPECT_FALSE(server_->ports().take());
  server_.reset();
  EXPECT_TRUE(happenings_.await("one ended: shutdown"));
  EXPECT_TRUE(happenings_.await("two ended: shutdown"));
}

TEST_F(RtpServerTest, refuses_unusable_options) {
  EXPECT_FALSE(make_server({.address = "nowhere"}, {calls_, log_, metrics_}));
  EXPECT_FALSE(make_server({.allowed = {"10.0.0.0/99"}}, {calls_, log_, metrics_}));
  EXPECT_FALSE(make_server({.ports = PortRange{20'000, 10'000}}, {calls_, log_, metrics_}));
}

}  // namespace
}  // namespace aiva::rtp
