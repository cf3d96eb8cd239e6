#include <gmock/gmock.h>

#include <chrono>
#include <thread>
#include <vector>

#include "faces/realtime/internal/media_control.h"
#include "faces/realtime/testing/calls_fixture.h"

namespace aiva::realtime {
namespace {

using testing::ElementsAre;
using Kind = MediaEvent::Kind;

constexpr auto start_json =
    R"({"event":"MEDIA_START","connection_id":"c","channel":"WebSocket/c/0x1","channel_id":"17.1",)"
    R"("format":"ulaw","optimal_frame_size":160,"ptime":20,"channel_variables":{"a":"b"}})";

TEST(MediaControl, reads_both_ways_of_writing) {
  auto json = read_media_event(start_json);
  auto plain = read_media_event(
      "MEDIA_START connection_id:c channel:WebSocket/c/0x1 channel_id:17.1 format:slin16 "
      "optimal_frame_size:640 ptime:20");

  ASSERT_TRUE(json && plain);
  EXPECT_EQ(json->kind, Kind::start);
  EXPECT_TRUE(json->is_json);
  EXPECT_EQ(json->frame_bytes, 160U);
  EXPECT_EQ(plain->kind, Kind::start);
  EXPECT_FALSE(plain->is_json);
  EXPECT_EQ(plain->format, "slin16");
  EXPECT_EQ(plain->channel, "WebSocket/c/0x1");
  EXPECT_EQ(read_media_event(R"({"event":"DTMF_END","digit":"#"})")->digit, '#');
  EXPECT_EQ(read_media_event("DTMF_END digit:5")->digit, '5');
  EXPECT_EQ(read_media_event("STATUS queue_length:7 xon_level:800")->queue_length, 7);
  EXPECT_EQ(read_media_event(R"({"event":"STATUS","queue_length":7})")->queue_length, 7);
  EXPECT_EQ(read_media_event("MEDIA_MARK_PROCESSED 7")->kind, Kind::other);
}

TEST(MediaControl, passes_over_what_makes_no_sense) {
  for (std::string_view text : {"", "{", "[]", "{}", R"({"event":7})", "hello", "DTMF_END digit:x",
                                "DTMF_END", R"({"event":"DTMF_END","digit":"55"})"})
    EXPECT_FALSE(read_media_event(text)) << text;
  EXPECT_EQ(read_media_event("MEDIA_START optimal_frame_size:-5")->frame_bytes, 0U);
  EXPECT_FALSE(format_named("opus"));
  EXPECT_EQ(format_named("slin")->rate, 8'000);
}

// Asterisk's side of a channel; see tests/emulators/asterisk_websocket.mjs for a whole one.
class MediaTest : public CallsFixture {
 protected:
  void TearDown() override {
    channel_.reset();
    CallsFixture::TearDown();
  }
  void open(std::string_view start = start_json) {
    serve({.media_start_max = std::chrono::milliseconds(300),
           .drained_max = std::chrono::milliseconds(300),
           .status_every = std::chrono::milliseconds(100)});
    channel_ = std::make_unique<Client>(port());
    ASSERT_FALSE(channel_->open("/realtime/guide?caller=%2B4930&did=100", bearer, "media"));
    ASSERT_EQ(channel_->response()["Sec-WebSocket-Protocol"], "media");
    if (!start.empty()) channel_->send(start);
  }
  // The next text; the frames before it are counted.
  std::string next_command() {
    for (;;) {
      auto message = channel_->receive();
      if (message.starts_with("closed") || channel_->stream().got_text()) return message;
      EXPECT_EQ(message.size() % frame_bytes_, 0U);
      frames_ += message.size() / frame_bytes_;
    }
  }
  // Until that command, or the end.
  std::string read_to(std::string_view command) {
    for (;;) {
      auto text = next_command();
      if (text.contains(command) || text.starts_with("closed")) return text;
    }
  }
  void speak(int ms) {
    for (int passed = 0; passed < ms; passed += 20) {
      channel_->send(mulaw_frame(true), true);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  std::unique_ptr<Client> channel_;
  std::size_t frame_bytes_ = 160;
  std::size_t frames_ = 0;
};

TEST_F(MediaTest, leads_by_keys_to_a_transfer) {
  lead_by_keys();
  open();
  read_to("GET_STATUS");
  for (const char* event :
       {R"({"event":"DTMF_END","digit":"2"})", R"({"event":"DTMF_END","digit":"#"})"})
    channel_->send(event);
  read_to("REPORT_QUEUE_DRAINED");
  channel_->send(R"({"event":"QUEUE_DRAINED"})");
  EXPECT_EQ(read_to("HANGUP"), R"({"command":"HANGUP"})");
  channel_->vanish();
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->end, voice::CallEnd::transferred);
  EXPECT_EQ(log_.outcome->transfer_target, "sales");
}

TEST_F(MediaTest, greets_in_whole_frames_and_hangs_up_when_all_was_played) {
  chat_.decision.is_closed = true;
  chat_.pieces = {"Goodbye."};
  open();
  EXPECT_EQ(read_to("GET_STATUS"), R"({"command":"GET_STATUS"})");
  channel_->send(R"({"event":"DTMF_END","digit":"1"})");
  channel_->send(R"({"event":"DTMF_END","digit":"#"})");

  EXPECT_EQ(read_to("REPORT_QUEUE_DRAINED"), R"({"command":"REPORT_QUEUE_DRAINED"})");
  EXPECT_THAT(chat_.questions, ElementsAre("1"));
  EXPECT_GE(frames_, 1U + 5U);  // of the greeting and 100 ms of goodbye
  channel_->send(R"({"event":"QUEUE_DRAINED"})");
  EXPECT_EQ(read_to("HANGUP"), R"({"command":"HANGUP"})");
  channel_->vanish();
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->end, voice::CallEnd::agent_hung_up);
}

TEST_F(MediaTest, speaks_plainly_to_those_who_do_and_waits_only_so_long) {
  chat_.decision.is_closed = true;
  chat_.pieces = {"Goodbye."};
  frame_bytes_ = 640;
  open("MEDIA_START connection_id:c channel:W channel_id:1 format:slin16 optimal_frame_size:640");
  EXPECT_EQ(read_to("GET_STATUS"), "GET_STATUS");
  channel_->send("DTMF_END digit:1");
  channel_->send("DTMF_END digit:#");

  EXPECT_EQ(read_to("REPORT_QUEUE_DRAINED"), "REPORT_QUEUE_DRAINED");
  EXPECT_EQ(read_to("HANGUP"), "HANGUP");
  EXPECT_EQ(read_to("never"), "closed 1000");
}

TEST_F(MediaTest, flushes_what_is_queued_when_the_caller_interrupts) {
  agents_.agent.settings.greeting.clear();
  chat_.pieces = {
      "This is an answer that is so long that there is time enough to interrupt it; "
      "it goes on and on and on, about this and that, for more than two seconds. "};
  recognizer_.words = {"No wait stop please."};
  open();
  channel_->send(R"({"event":"DTMF_END","digit":"1"})");
  channel_->send(R"({"event":"DTMF_END","digit":"#"})");
  read_to("GET_STATUS");

  speak(1'000);

  EXPECT_EQ(read_to("FLUSH_MEDIA"), R"({"command":"FLUSH_MEDIA"})");
  channel_->close();
}

TEST_F(MediaTest, leaves_out_what_would_be_late_and_stops_when_told_to) {
  agents_.agent.settings.greeting = std::string(120, 'a') + ".";  // 1.3 s of tone, 65 frames
  open();
  read_to("GET_STATUS");
  channel_->send(R"({"event":"STATUS","queue_length":11})");
  read_to("GET_STATUS");
  read_to("GET_STATUS");
  channel_->send(R"({"event":"MEDIA_XOFF"})");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  channel_->send(R"({"event":"MEDIA_XON"})");
  for (int count = 0; count < 5; ++count) read_to("GET_STATUS");

  EXPECT_GE(frames_, 15U);
  EXPECT_LE(frames_, 40U);  // 20 and more of them were left out
  channel_->close();
}

TEST_F(MediaTest, hears_audio_that_comes_before_the_start) {
  open("");
  for (int count = 0; count < 5; ++count) channel_->send(std::string(160, '\0'), true);
  channel_->send(start_json);
  read_to("GET_STATUS");
  channel_->close();
  for (int tries = 0; calls_->count() > 0 && tries < 500; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->audio_in_ms, 100);
}

TEST_F(MediaTest, refuses_channels_that_do_not_start_or_sound_strange) {
  open("");
  EXPECT_EQ(read_to("never"), "closed 1008");
  Client opus(port());
  ASSERT_FALSE(opus.open("/realtime/guide", bearer, "media"));
  opus.send(R"({"event":"MEDIA_START","format":"opus","optimal_frame_size":1})");
  EXPECT_EQ(opus.receive(), R"({"command":"HANGUP"})");
  EXPECT_EQ(opus.receive(), "closed 1000");
  Client large(port());
  ASSERT_FALSE(large.open("/realtime/guide", bearer, "media"));
  large.send(std::string(65'536, 'x'), true);
  EXPECT_EQ(large.receive(), "closed 1008");
}

}  // namespace
}  // namespace aiva::realtime
