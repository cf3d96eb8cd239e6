#include <gmock/gmock.h>

#include <chrono>
#include <thread>
#include <vector>

#include "faces/realtime/testing/calls_fixture.h"

namespace aiva::realtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto pcmu_session =
    R"({"type":"session.update","event_id":"e1","session":{"type":"realtime","audio":{)"
    R"("input":{"format":{"type":"audio/pcmu"}},"output":{"format":{"type":"audio/pcmu"}}}}})";

std::string text_of(const json::Value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::to_text(value);
}

// A member of a member …; "" when it is not there.
std::string at(const json::Value& event, std::string_view pointer) {
  boost::system::error_code error;
  const auto* found = event.find_pointer({pointer.data(), pointer.size()}, error);
  return found == nullptr ? std::string() : text_of(*found);
}

class OpenAiTest : public CallsFixture {
 protected:
  void TearDown() override {
    client_.reset();
    CallsFixture::TearDown();
  }
  void open(const RealtimeOptions& options = {},
            const std::string& path = "/v1/realtime?model=guide") {
    serve(options);
    client_ = std::make_unique<Client>(port());
    ASSERT_FALSE(client_->open(path, bearer));
  }
  void send(std::string_view event) { client_->send(event); }
  // So much G.711 sound, in pieces of 20 ms, at its own pace.
  void speak(int ms, bool is_loud) {
    std::string piece = R"({"type":"input_audio_buffer.append","audio":")" +
                        to_base64(mulaw_frame(is_loud)) + "\"}";
    for (int passed = 0; passed < ms; passed += 20) {
      send(piece);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  // Reads up to the next event of that type and answers it; all that came is in types_ and said_.
  json::Value next(std::string_view type) {
    for (;;) {
      auto text = client_->receive();
      auto event = json::parse(text);
      if (!event) {
        ADD_FAILURE() << "no " << type << " but " << text;
        return {};
      }
      auto name = at(*event, "/type");
      if (name == "response.output_audio.delta") {
        audio_ += from_base64(at(*event, "/delta")).value_or("");
        if (!types_.empty() && types_.back() == name) continue;
      }
      if (name == "response.output_audio_transcript.delta") said_ += at(*event, "/delta");
      types_.push_back(name);
      if (name == type) return *event;
    }
  }
  std::vector<std::string> take_types() { return std::exchange(types_, {}); }
  void skip_greeting() {
    next("response.done");
    take_types();
    audio_.clear();
    said_.clear();
  }

  std::unique_ptr<Client> client_;
  std::vector<std::string> types_{};
  std::string said_{};
  std::string audio_{};
};

TEST_F(OpenAiTest, greets_in_the_order_of_the_protocol) {
  open();

  auto created = next("session.created");
  EXPECT_EQ(at(created, "/session/type"), "realtime");
  EXPECT_EQ(at(created, "/session/model"), "guide");
  EXPECT_EQ(at(created, "/session/instructions"), "You are the guide of a shop.");
  EXPECT_EQ(at(created, "/session/audio/input/format"), R"({"type":"audio/pcm","rate":24000})");
  EXPECT_EQ(at(created, "/session/audio/input/turn_detection/type"), "server_vad");
  EXPECT_THAT(at(created, "/event_id"), StartsWith("event_"));
  auto done = next("response.done");
  EXPECT_THAT(take_types(),
              ElementsAre("session.created", "conversation.created", "response.created",
                          "response.output_item.added", "conversation.item.added",
                          "response.content_part.added", "response.output_audio_transcript.delta",
                          "response.output_audio.delta", "response.output_audio.done",
                          "response.output_audio_transcript.done", "response.content_part.done",
                          "response.output_item.done", "conversation.item.done", "response.done"));
  EXPECT_EQ(at(done, "/response/status"), "completed");
  EXPECT_EQ(at(done, "/response/output/0/content/0/transcript"), "Hello there.");
  EXPECT_EQ(said_, "Hello there.");
  EXPECT_EQ(audio_.size(), 200U * 48);  // its tone comes in pieces of 100 ms
  EXPECT_EQ(at(done, "/response/usage/output_tokens"), "4");
}

TEST_F(OpenAiTest, answers_what_is_written) {
  open();
  skip_greeting();

  send(R"({"type":"conversation.item.create","item":{"id":"mine","type":"message","role":"user",)"
       R"("content":[{"type":"input_text","text":"How long"},)"
       R"({"type":"input_text","text":"is it?"}]}})");
  send(R"({"type":"response.create","response":{"metadata":{"mark":"7"}}})");

  auto added = next("conversation.item.added");
  EXPECT_EQ(at(added, "/item/id"), "mine");
  auto created = next("response.created");
  EXPECT_EQ(at(created, "/response/status"), "in_progress");
  EXPECT_EQ(at(created, "/response/metadata/mark"), "7");
  auto done = next("response.done");
  EXPECT_EQ(at(done, "/response/id"), at(created, "/response/id"));
  EXPECT_EQ(at(done, "/response/status"), "completed");
  EXPECT_EQ(said_, "It is two years. Anything else?");
  EXPECT_THAT(chat_.questions, ElementsAre("How long\nis it?"));
}

TEST_F(OpenAiTest, takes_keys_of_a_telephone) {
  open();
  skip_greeting();

  send(R"({"type":"aiva.dtmf","event_id":"bad","digits":"4x"})");
  auto refused = next("error");
  EXPECT_EQ(at(refused, "/error/param"), "digits");
  EXPECT_EQ(at(refused, "/error/event_id"), "bad");
  send(R"({"type":"aiva.dtmf"})");
  EXPECT_EQ(at(next("error"), "/error/param"), "digits");
  send(R"({"type":"aiva.dtmf","digits":"4"})");
  send(R"({"type":"aiva.dtmf","digits":"2#"})");

  auto added = next("conversation.item.added");
  EXPECT_EQ(at(added, "/item/role"), "user");
  EXPECT_EQ(at(added, "/item/content/0/type"), "input_text");
  EXPECT_EQ(at(added, "/item/content/0/text"), "42");
  EXPECT_EQ(at(next("response.done"), "/response/status"), "completed");
  EXPECT_THAT(chat_.questions, ElementsAre("42"));
}

TEST_F(OpenAiTest, answers_what_is_spoken) {
  open();
  send(pcmu_session);
  EXPECT_EQ(at(next("session.updated"), "/session/audio/output/format"),
            R"({"type":"audio/pcmu"})");
  skip_greeting();

  speak(700, true);
  speak(900, false);
  auto done = next("response.done");

  EXPECT_EQ(at(done, "/response/status"), "completed");
  auto types = take_types();
  types.resize(std::min<std::size_t>(types.size(), 8));
  EXPECT_THAT(
      types,
      ElementsAre("input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped",
                  "input_audio_buffer.committed", "conversation.item.added",
                  "conversation.item.done", "conversation.item.input_audio_transcription.completed",
                  "response.created", "response.output_item.added"));
  EXPECT_THAT(chat_.questions, ElementsAre("How long is the warranty?"));
  EXPECT_EQ(audio_.size() % 160, 0U);
}

TEST_F(OpenAiTest, leaves_turns_to_clients_that_take_them) {
  open();
  send(R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":)"
       R"({"type":"audio/pcma"},"turn_detection":null},)"
       R"("output":{"format":{"type":"audio/pcma"}}}}})");
  EXPECT_EQ(at(next("session.updated"), "/session/audio/input/turn_detection"), "null");
  skip_greeting();
  send(R"({"type":"input_audio_buffer.commit","event_id":"none"})");
  auto empty = next("error");
  EXPECT_EQ(at(empty, "/error/code"), "input_audio_buffer_commit_empty");
  EXPECT_EQ(at(empty, "/error/event_id"), "none");

  send(R"({"type":"input_audio_buffer.append","audio":")" + to_base64(std::string(8'000, '\x2A')) +
       "\"}");
  send(R"({"type":"input_audio_buffer.commit"})");
  send(R"({"type":"response.create"})");
  auto heard = next("conversation.item.input_audio_transcription.completed");
  next("response.done");

  EXPECT_EQ(at(heard, "/transcript"), "How long is the warranty?");
  EXPECT_THAT(recognizer_.heard_ms,
              ElementsAre(testing::AllOf(testing::Ge(900U), testing::Le(1000U))));
  auto types = take_types();
  types.resize(5);
  EXPECT_THAT(types, ElementsAre("error", "input_audio_buffer.committed", "conversation.item.added",
                                 "conversation.item.done", "response.created"));
}

TEST_F(OpenAiTest, tells_of_a_turn_without_words) {
  recognizer_.words = {""};
  open();
  send(R"({"type":"session.update","session":{"type":"realtime",)"
       R"("audio":{"input":{"turn_detection":null}}}})");
  next("session.updated");
  skip_greeting();

  send(R"({"type":"input_audio_buffer.append","audio":")" + to_base64(std::string(48'000, '\x11')) +
       "\"}");
  send(R"({"type":"input_audio_buffer.commit"})");
  send(R"({"type":"response.create"})");

  EXPECT_EQ(at(next("conversation.item.input_audio_transcription.completed"), "/transcript"), "");
  auto done = next("response.done");
  EXPECT_EQ(at(done, "/response/status"), "completed");
  EXPECT_EQ(at(done, "/response/output"), "[]");
}

TEST_F(OpenAiTest, is_interrupted_by_the_caller) {
  chat_.pieces = {
      "This is an answer that is so long that there is time enough to interrupt it; "
      "it goes on and on and on, about this and that, for more than two seconds. "};
  agents_.agent.settings.greeting.clear();
  recognizer_.words = {"How long is it?", "No wait stop please."};
  open();
  send(pcmu_session);
  next("session.updated");
  speak(700, true);
  speak(700, false);
  next("response.output_audio.delta");
  take_types();

  speak(700, true);
  auto started = next("input_audio_buffer.speech_started");
  auto done = next("response.done");

  EXPECT_EQ(at(done, "/response/status"), "cancelled");
  EXPECT_EQ(at(done, "/response/status_details/reason"), "turn_detected");
  EXPECT_EQ(at(done, "/response/output/0/status"), "incomplete");
  auto id = at(done, "/response/output/0/id");
  send(R"({"type":"conversation.item.truncate","item_id":")" + id +
       R"(","content_index":0,"audio_end_ms":100000})");
  EXPECT_EQ(at(next("error"), "/error/param"), "audio_end_ms");
  send(R"({"type":"conversation.item.truncate","item_id":")" + id +
       R"(","content_index":0,"audio_end_ms":300})");
  EXPECT_EQ(at(next("conversation.item.truncated"), "/audio_end_ms"), "300");
  send(R"({"type":"conversation.item.retrieve","item_id":")" + id + "\"}");
  EXPECT_EQ(at(next("conversation.item.retrieved"), "/item/content/0/transcript"), "");
}

TEST_F(OpenAiTest, is_cancelled_by_the_client) {
  agents_.agent.settings.greeting =
      "A greeting that takes longer than anybody would wait for it, because it goes on and on.";
  open();
  next("response.output_audio.delta");
  send(R"({"type":"response.create","event_id":"early"})");
  EXPECT_EQ(at(next("error"), "/error/code"), "conversation_already_has_active_response");

  send(R"({"type":"response.cancel"})");
  auto done = next("response.done");
  EXPECT_EQ(at(done, "/response/status"), "cancelled");
  EXPECT_EQ(at(done, "/response/status_details/reason"), "client_cancelled");
  send(R"({"type":"response.cancel"})");
  EXPECT_EQ(at(next("error"), "/error/code"), "response_cancel_not_active");
}

TEST_F(OpenAiTest, tells_what_is_wrong_and_goes_on) {
  open();
  skip_greeting();
  struct Case {
    std::string event;
    std::string code;
    std::string param;
  };
  auto update = [](std::string_view session) {
    return R"({"type":"session.update","session":)" + std::string(session) + "}";
  };
  const std::vector<Case> cases{
      {"{", "invalid", ""},
      {"[]", "invalid_value", "body"},
      {R"({"event_id":"x"})", "invalid_value", "type"},
      {R"({"type":"session.delete"})", "invalid_event", "type"},
      {R"({"type":"output_audio_buffer.clear"})", "unsupported_event", "type"},
      {R"({"type":"input_audio_buffer.append","audio":"?"})", "invalid_value", "audio"},
      {R"({"type":"input_audio_buffer.append","audio":"AAAA"})", "invalid_value", "audio"},
      {R"({"type":"input_audio_buffer.append"})", "invalid_value", "audio"},
      {R"({"type":"session.update"})", "missing_required_parameter", "session"},
      {update("{}"), "invalid_value", "session.type"},
      {update(R"({"type":"transcription"})"), "invalid_value", "session.type"},
      {update(R"({"type":"realtime","tools":[{"type":"function","name":"f"}]})"),
       "unsupported_parameter", "session.tools"},
      {update(R"({"type":"realtime","instructions":"Be rude."})"), "unsupported_parameter",
       "session.instructions"},
      {update(R"({"type":"realtime","output_modalities":["text"]})"), "unsupported_parameter",
       "session.output_modalities"},
      {update(
           R"({"type":"realtime","audio":{"input":{"format":{"type":"audio/pcm","rate":16000}}}})"),
       "invalid_value", "session.audio.input.format.rate"},
      {update(R"({"type":"realtime","audio":{"input":{"format":{"type":"audio/pcmu"}},)"
              R"("output":{"format":{"type":"audio/pcmu"}}}})"),
       "unsupported_parameter", "session.audio.input.format"},
      {update(R"({"type":"realtime","audio":{"input":{"turn_detection":{"type":"x"}}}})"),
       "invalid_value", "session.audio.input.turn_detection.type"},
      {R"({"type":"response.create"})", "nothing_to_answer", ""},
      {R"({"type":"response.create","response":{"instructions":"Say hi"}})",
       "unsupported_parameter", "response.instructions"},
      {R"({"type":"conversation.item.create","item":{"type":"message","role":"system",)"
       R"("content":[]}})",
       "invalid_value", "item.role"},
      {R"({"type":"conversation.item.create","item":{"type":"function_call_output"}})",
       "invalid_value", "item.type"},
      {R"({"type":"conversation.item.create","previous_item_id":"gone","item":{"type":"message",)"
       R"("role":"user","content":[{"type":"input_text","text":"Hi"}]}})",
       "item_not_found", "previous_item_id"},
      {R"({"type":"conversation.item.retrieve","item_id":"gone"})", "item_retrieve_invalid_item_id",
       "item_id"},
      {R"({"type":"conversation.item.delete","item_id":"gone"})", "item_delete_invalid_item_id",
       "item_id"},
      {R"({"type":"conversation.item.truncate","item_id":"gone","audio_end_ms":1})",
       "item_truncate_invalid_item_id", "item_id"},
  };

  for (const auto& wrong : cases) {
    send(wrong.event);
    auto error = next("error");
    EXPECT_EQ(at(error, "/error/code"), wrong.code) << wrong.event;
    EXPECT_EQ(at(error, "/error/param"), wrong.param.empty() ? "null" : wrong.param) << wrong.event;
  }
  send(R"({"type":"conversation.item.create","item":{"id":"a","type":"message","role":"user",)"
       R"("content":[{"type":"input_text","text":"Hi"}]}})");
  next("conversation.item.done");
  send(R"({"type":"conversation.item.delete","item_id":"a"})");
  EXPECT_EQ(at(next("conversation.item.deleted"), "/item_id"), "a");
}

TEST_F(OpenAiTest, ends_at_its_longest_duration) {
  open({.session_max = std::chrono::milliseconds(200)});
  std::string last;
  while (!last.starts_with("closed")) last = client_->receive();
  EXPECT_EQ(last, "closed 1001");
  EXPECT_THAT(std::string(client_->stream().reason().reason.c_str()),
              HasSubstr("maximum duration"));
}

TEST_F(OpenAiTest, ends_its_call_when_the_client_goes) {
  open();
  skip_greeting();
  client_->vanish();
  for (int tries = 0; calls_->count() > 0 && tries < 500; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(calls_->count(), 0U);
  ASSERT_TRUE(log_.outcome);
  EXPECT_EQ(log_.outcome->end, voice::CallEnd::caller_hung_up);
}

TEST_F(OpenAiTest, closes_when_credits_are_used_up) {
  log_.credits_ms = 100;
  open();
  next("response.done");
  std::string last;
  bool was_told = false;
  while (!last.starts_with("closed")) {
    last = client_->receive();
    was_told = was_told || last.contains("insufficient_quota");
  }
  EXPECT_TRUE(was_told);
  EXPECT_EQ(last, "closed 1008");
}

}  // namespace
}  // namespace aiva::realtime
