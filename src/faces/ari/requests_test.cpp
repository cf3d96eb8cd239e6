#include <gmock/gmock.h>

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/voice/testing/voice_fakes.h"
#include "faces/ari/internal/arrivals.h"
#include "faces/ari/internal/exchange.h"
#include "faces/ari/internal/line.h"
#include "faces/ari/internal/media_way.h"

namespace aiva::ari {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// Starts a task and keeps its outcome when there is one.
template <class T>
std::shared_ptr<std::optional<T>> begin(Task<T> task) {
  auto outcome = std::make_shared<std::optional<T>>();
  start(std::move(task),
        [outcome](std::exception_ptr, std::optional<T> value) { *outcome = std::move(value); });
  return outcome;
}

class LineTest : public testing::Test {
 protected:
  LineTest() {
    line_.open([this](std::string text) {
      sent_.push_back(std::move(text));
      return is_there_;
    });
  }

  Line line_;
  std::vector<std::string> sent_;
  bool is_there_ = true;
};

TEST_F(LineTest, gives_each_request_its_own_reply) {
  auto first = begin(line_.ask({.method = "GET", .path = "channels"}));
  auto second = begin(line_.ask({.method = "GET", .path = "bridges"}));
  line_.take({.request = "2", .status = 200, .body = "two"});
  line_.take({.request = "2", .status = 200, .body = "again"});
  line_.take({.request = "9", .status = 200, .body = "nobody's"});
  line_.take({.request = "1", .status = 404});

  ASSERT_TRUE(*first && *second);
  EXPECT_EQ((*first)->error().code, ErrorCode::not_found);
  EXPECT_EQ(***second, "two");
}

TEST_F(LineTest, fails_what_waits_when_the_connection_is_lost) {
  auto waiting = begin(line_.ask({.method = "GET", .path = "channels"}));
  line_.close();
  auto later = begin(line_.ask({.method = "GET", .path = "channels"}));

  EXPECT_EQ((*waiting)->error().code, ErrorCode::unavailable);
  EXPECT_EQ((*later)->error().code, ErrorCode::unavailable);
  EXPECT_THAT(sent_, SizeIs(1));
}

TEST_F(LineTest, does_not_wait_for_ever) {
  auto waiting = begin(line_.ask({.method = "GET", .path = "channels"}));
  line_.expire(std::chrono::steady_clock::now());
  EXPECT_FALSE(*waiting);
  line_.expire(std::chrono::steady_clock::now() + std::chrono::seconds(11));
  EXPECT_EQ((*waiting)->error().code, ErrorCode::timeout);
}

TEST_F(LineTest, fails_what_cannot_be_sent) {
  is_there_ = false;
  auto waiting = begin(line_.ask({.method = "GET", .path = "channels"}));
  EXPECT_EQ((*waiting)->error().code, ErrorCode::unavailable);
}

class ArrivalsTest : public testing::Test {
 protected:
  auto wait(CallContext context = {}) {
    arrivals_.expect("a");
    return begin(arrivals_.wait("a", context));
  }

  voice::QueueExecutor home_;
  Arrivals arrivals_{home_};
};

TEST_F(ArrivalsTest, tells_what_became_of_a_channel) {
  auto there = wait();
  EXPECT_TRUE(arrivals_.note_there("a"));
  EXPECT_TRUE((**there)->is_there);
  EXPECT_FALSE(arrivals_.note_there("a"));

  auto gone = wait();
  EXPECT_TRUE(arrivals_.note_gone("a", 17));
  EXPECT_FALSE((**gone)->is_there);
  EXPECT_EQ((**gone)->cause, 17);
}

TEST_F(ArrivalsTest, remembers_what_came_before_it_was_waited_for) {
  arrivals_.expect("a");
  EXPECT_TRUE(arrivals_.note_there("a"));
  auto waiting = begin(arrivals_.wait("a", {}));
  EXPECT_TRUE((**waiting)->is_there);
}

TEST_F(ArrivalsTest, ends_with_its_time_its_caller_or_its_connection) {
  auto now = std::chrono::steady_clock::now();
  auto late = wait({.deadline = now + std::chrono::seconds(5)});
  arrivals_.expire(now);
  EXPECT_FALSE(*late);
  arrivals_.expire(now + std::chrono::seconds(6));
  EXPECT_EQ((*late)->error().code, ErrorCode::timeout);

  std::stop_source stop;
  auto stopped = wait({.cancellation = stop.get_token()});
  stop.request_stop();
  home_.run();
  EXPECT_EQ((*stopped)->error().code, ErrorCode::cancelled);

  auto lost = wait();
  arrivals_.fail_all();
  EXPECT_EQ((*lost)->error().code, ErrorCode::unavailable);
}

TEST(AriRequests, destinations_stand_in_endpoints_only_as_they_are_meant) {
  EXPECT_EQ(endpoint_of("PJSIP/{number}@trunk", "+49301").value_or(""), "PJSIP/+49301@trunk");
  for (const auto* destination : {"", "1@other", "1/2", "1&Local/2", "1 2", "1,2", "ä"})
    EXPECT_FALSE(endpoint_of("PJSIP/{number}@trunk", destination)) << destination;
}

TEST(AriRequests, audio_is_asked_for_by_the_calls_session) {
  auto by_socket = make_audiosocket_way("10.0.0.2:9092");
  MediaRequest wanted{.channel = "m", .app = "aiva"};
  wanted.session_id = "0190f3a0-0000-7000-8000-000000000200";
  auto offer = by_socket->offer(wanted);
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->request.query.back().second, wanted.session_id);
  EXPECT_EQ(offer->port, nullptr);
  wanted.session_id = "campaign-7";
  EXPECT_FALSE(by_socket->offer(wanted));
  EXPECT_TRUE(make_websocket_way("aiva", "ulaw")->offer(wanted));
  wanted.session_id = "x)y(z";
  EXPECT_FALSE(make_websocket_way("aiva", "ulaw")->offer(wanted));
}

// What a port of the RTP server was told.
struct PortNotes {
  bool is_free = true;
  std::string session_id{};
  std::optional<voice::MediaPeer> peer{};
};

class PortForTest final : public voice::MediaPort {
 public:
  explicit PortForTest(PortNotes& notes) : notes_(notes) { notes_.is_free = false; }
  ~PortForTest() override { notes_.is_free = true; }
  [[nodiscard]] const std::string& address() const override { return address_; }
  [[nodiscard]] std::uint16_t port() const override { return 20'004; }
  void await(voice::Call call, std::optional<voice::MediaPeer> peer) override {
    notes_.session_id = call.session_id;
    notes_.peer = std::move(peer);
  }
  void end() override {}

 private:
  PortNotes& notes_;
  std::string address_ = "fd00::7";
};

class RtpWayTest : public testing::Test, public voice::MediaPorts {
 protected:
  RtpWayTest() {
    line_.open([this](std::string text) {
      sent_.push_back(std::move(text));
      return true;
    });
    log_.announced = voice::Call{.session_id = "one"};
  }
  Result<std::unique_ptr<voice::MediaPort>> take() override {
    if (!notes_.is_free) return fail(ErrorCode::unavailable, "No port is free");
    return std::make_unique<PortForTest>(notes_);
  }
  // Asterisk answers the request of that number with a variable.
  void answer(const std::string& number, const std::string& value) {
    line_.take({.request = number, .status = 200, .body = R"({"value":")" + value + R"("})"});
  }

  Line line_;
  voice::MemoryCallLog log_;
  voice::QueueExecutor home_;
  std::vector<std::string> sent_;
  PortNotes notes_;
  std::unique_ptr<MediaWay> way_ =
      make_rtp_way({.ports = *this, .log = log_, .line = line_, .home = home_}, "alaw");
  MediaRequest wanted_{.channel = "m", .app = "aiva", .session_id = "one"};
};

TEST_F(RtpWayTest, asks_for_a_channel_to_a_port_of_the_calls_own) {
  auto offer = way_->offer(wanted_);
  ASSERT_TRUE(offer);
  auto text = request_text(offer->request, "1");
  EXPECT_NE(text.find("external_host=%5Bfd00%3A%3A7%5D%3A20004"), std::string::npos) << text;
  EXPECT_NE(text.find("format=alaw"), std::string::npos) << text;
  EXPECT_NE(text.find("direction=both"), std::string::npos) << text;

  EXPECT_EQ(way_->offer(wanted_).error().code, ErrorCode::unavailable);
  offer->port.reset();
  EXPECT_TRUE(way_->offer(wanted_));
}

TEST_F(RtpWayTest, tells_the_port_whose_audio_comes_and_from_where) {
  auto offer = way_->offer(wanted_);
  ASSERT_TRUE(offer);
  auto begun = begin(way_->begin(wanted_, offer->port.get()));
  ASSERT_THAT(sent_, SizeIs(1));
  EXPECT_NE(sent_[0].find("UNICASTRTP_LOCAL_ADDRESS"), std::string::npos) << sent_[0];
  answer("1", "10.0.0.1");
  ASSERT_THAT(sent_, SizeIs(2));
  EXPECT_TRUE(notes_.session_id.empty());
  answer("2", "14002");

  ASSERT_TRUE(*begun && **begun);
  EXPECT_EQ(notes_.session_id, "one");
  ASSERT_TRUE(notes_.peer);
  EXPECT_EQ(notes_.peer->address, "10.0.0.1");
  EXPECT_EQ(notes_.peer->port, 14'002);
  EXPECT_EQ(notes_.peer->format.coding, voice::Coding::pcma);
}

TEST_F(RtpWayTest, waits_for_packets_where_asterisk_does_not_tell_whence_they_come) {
  int requests = 0;
  for (const char* told : {"", "99999", "14002x"}) {
    log_.announced = voice::Call{.session_id = "one"};
    notes_ = {};
    auto offer = way_->offer(wanted_);
    ASSERT_TRUE(offer);
    auto begun = begin(way_->begin(wanted_, offer->port.get()));
    answer(std::to_string(++requests), "10.0.0.1");
    answer(std::to_string(++requests), told);

    ASSERT_TRUE(*begun && **begun) << told;
    EXPECT_EQ(notes_.session_id, "one") << told;
    EXPECT_FALSE(notes_.peer) << told;
  }
}

TEST_F(RtpWayTest, begins_no_call_that_nobody_announced) {
  log_.announced.reset();
  auto offer = way_->offer(wanted_);
  ASSERT_TRUE(offer);
  auto begun = begin(way_->begin(wanted_, offer->port.get()));
  line_.take({.request = "1", .status = 404});

  ASSERT_TRUE(*begun);
  EXPECT_EQ((*begun)->error().code, ErrorCode::not_found);
  EXPECT_TRUE(notes_.session_id.empty());
}

TEST(AriRequests, know_the_formats_that_go_by_rtp) {
  for (const char* known : {"ulaw", "alaw", "slin", "slin16"}) EXPECT_TRUE(format_of_rtp(known));
  for (const char* other : {"", "slin48", "opus", "g722"}) EXPECT_FALSE(format_of_rtp(other));
  EXPECT_EQ(format_of_rtp("slin16")->rate, 16'000);
}

}  // namespace
}  // namespace aiva::ari
