#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "faces/realtime/ephemeral_keys.h"
#include "faces/realtime/testing/calls_fixture.h"

namespace aiva::realtime {
namespace {

using testing::HasSubstr;

class TwilioTest : public CallsFixture {
 protected:
  void TearDown() override {
    stream_.reset();
    CallsFixture::TearDown();
  }
  void open(const std::string& secret) {
    serve({.media_start_max = std::chrono::milliseconds(300),
           .drained_max = std::chrono::milliseconds(300)});
    stream_ = std::make_unique<Client>(port());
    ASSERT_FALSE(stream_->open("/realtime/twilio/guide"));
    stream_->send(R"({"event":"connected","protocol":"Call","version":"1.0.0"})");
    if (secret.empty()) return;
    stream_->send(
        R"({"event":"start","streamSid":"MZ1","start":{"streamSid":"MZ1","callSid":"CA1",)"
        R"("mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},)"
        R"("customParameters":{"caller":"+4930","access_token":")" +
        secret + "\"}}}");
  }
  std::string key() {
    auto made = sync_wait(EphemeralKeys(*cache_).issue(
        {}, {.tenant = tenant_, .agent = agents_.agent.id}, std::chrono::seconds(60)));
    return made.value_or("");
  }
  // Until a message that contains it, or the end.
  std::string read_to(std::string_view part) {
    for (;;) {
      auto text = stream_->receive();
      if (text.contains(part) || text.starts_with("closed")) return text;
    }
  }

  std::unique_ptr<Client> stream_;
};

TEST_F(TwilioTest, talks_and_ends_when_all_was_played) {
  chat_.decision.is_closed = true;
  chat_.pieces = {"Goodbye."};
  open(key());
  auto media = read_to(R"("event":"media")");
  EXPECT_THAT(media, HasSubstr(R"("streamSid":"MZ1","media":{"payload":")"));
  for (std::string_view digit : {"1", "#"})
    stream_->send(R"({"event":"dtmf","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":")" +
                  std::string(digit) + "\"}}");

  EXPECT_EQ(read_to(R"("mark")"), R"({"event":"mark","streamSid":"MZ1","mark":{"name":"end"}})");
  stream_->send(R"({"event":"mark","streamSid":"MZ1","mark":{"name":"end"}})");
  EXPECT_EQ(read_to("never"), "closed 1000");
  EXPECT_THAT(chat_.questions, testing::ElementsAre("1"));
}

TEST_F(TwilioTest, leads_by_keys_to_a_transfer) {
  lead_by_keys();
  open(key());
  read_to(R"("event":"media")");
  for (const char* event :
       {R"({"event":"dtmf","dtmf":{"digit":"2"}})", R"({"event":"dtmf","dtmf":{"digit":"#"}})"})
    stream_->send(event);
  read_to(R"("mark")");
  stream_->send(R"({"event":"mark","streamSid":"MZ1","mark":{"name":"end"}})");
  EXPECT_EQ(read_to("never"), "closed 1000");
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->transfer_target, "sales");
}

TEST_F(TwilioTest, clears_what_is_queued_when_the_caller_interrupts) {
  agents_.agent.settings.greeting.clear();
  chat_.pieces = {
      "This is an answer that is so long that there is time enough to interrupt it; "
      "it goes on and on and on, about this and that, for more than two seconds. "};
  recognizer_.words = {"No wait stop please."};
  open(key());
  for (std::string_view digit : {"1", "#"})
    stream_->send(R"({"event":"dtmf","dtmf":{"digit":")" + std::string(digit) + "\"}}");
  read_to(R"("event":"media")");
  std::string loud = R"({"event":"media","media":{"track":"inbound","payload":")" +
                     to_base64(mulaw_frame(true)) + "\"}}";
  for (int count = 0; count < 50; ++count) {
    stream_->send(loud);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  EXPECT_EQ(read_to("clear"), R"({"event":"clear","streamSid":"MZ1"})");
  stream_->send(R"({"event":"stop"})");
  EXPECT_EQ(read_to("never"), "closed 1000");
}

TEST_F(TwilioTest, refuses_streams_without_a_key_or_a_start) {
  open("ek_wrong");
  EXPECT_EQ(read_to("never"), "closed 1008");
  Client silent(port());
  ASSERT_FALSE(silent.open("/realtime/twilio/guide"));
  EXPECT_EQ(silent.receive(), "closed 1008");
  Client strange(port());
  ASSERT_FALSE(strange.open("/realtime/twilio/guide"));
  strange.send("no JSON");
  EXPECT_EQ(strange.receive(), "closed 1008");
  Client linear(port());
  ASSERT_FALSE(linear.open("/realtime/twilio/guide"));
  linear.send(R"({"event":"start","start":{"streamSid":"MZ1","mediaFormat":{"encoding":"L16"}}})");
  EXPECT_EQ(linear.receive(), "closed 1008");
}

}  // namespace
}  // namespace aiva::realtime
