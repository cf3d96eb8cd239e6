#include "adapters/openai_realtime/openai_realtime.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "foundation/crypto.h"
#include "ports/testing/scripted_websocket_client.h"

namespace aiva {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = RealtimeEvent::Kind;

const std::string created = R"({"type":"session.created","session":{"id":"s","expires_at":1}})";
const std::string updated = R"({"type":"session.updated","session":{"id":"s"}})";

std::string refusal(const std::string& code, const std::string& type = "invalid_request_error") {
  return R"({"type":"error","error":{"type":")" + type + R"(","code":")" + code +
         R"(","message":"because of sk-secret"}})";
}

class OpenAiRealtime : public testing::Test {
 protected:
  Result<std::unique_ptr<RealtimeSession>> open(RealtimeSettings settings = {}) {
    model_ = make_openai_realtime_model(options_, sockets_);
    return sync_wait(model_->open({}, std::move(settings)));
  }
  // A session that hears these events; a test without one fails.
  std::unique_ptr<RealtimeSession> session(std::vector<std::string> events,
                                           RealtimeSettings settings = {}) {
    line_ = sockets_.add({created, updated});
    for (auto& event : events) line_->says.push_back(std::move(event));
    auto opened = open(std::move(settings));
    AIVA_ASSERT(opened.has_value());
    line_->told.clear();
    return *std::move(opened);
  }
  static RealtimeEvent next(RealtimeSession& session) {
    auto event = sync_wait(session.next({}));
    if (!event || !*event) ADD_FAILURE() << (event ? "closed" : event.error().cause);
    return event && *event ? **event : RealtimeEvent{};
  }
  std::string outcome(const std::vector<std::string>& says) {
    sockets_.add({says.begin(), says.end()});
    auto opened = open();
    if (opened) return "open";
    EXPECT_THAT(opened.error().cause, testing::Not(HasSubstr("sk-secret")));
    return std::string(to_string(opened.error().code)) + ": " + opened.error().message;
  }

  OpenAiRealtimeOptions options_{.api_key = "sk-secret"};
  ScriptedWebSocketClient sockets_;
  std::unique_ptr<RealtimeModel> model_;
  std::shared_ptr<ScriptedLine> line_;
};

TEST_F(OpenAiRealtime, asks_as_the_protocol_wants_since_its_beta_ended) {
  line_ = sockets_.add({created, updated});
  RealtimeSettings settings{
      .model = "gpt realtime",
      .instructions = "Be kind.",
      .voice = "marin",
      .language = "en",
      .tools = {{.name = "find", .description = "Finds", .parameters = R"({"type":"object"})"}},
      .vad_threshold = 0.25,
      .silence_ms = 400};

  ASSERT_TRUE(open(settings).has_value());

  ASSERT_EQ(sockets_.requests.size(), 1U);
  const auto& request = sockets_.requests.front();
  EXPECT_EQ(request.url, "wss://api.openai.com/v1/realtime?model=gpt%20realtime");
  ASSERT_EQ(request.headers.size(), 1U);  // no OpenAI-Beta
  EXPECT_EQ(request.headers[0].name + ": " + request.headers[0].value,
            "Authorization: Bearer sk-secret");
  EXPECT_THAT(
      line_->told,
      ElementsAre(
          R"({"type":"session.update","session":{"type":"realtime","output_modalities":["audio"],)"
          R"("instructions":"Be kind.","audio":{"input":{"format":{"type":"audio/pcmu"},)"
          R"("transcription":{"model":"gpt-4o-mini-transcribe","language":"en"},)"
          R"("turn_detection":{"type":"server_vad","threshold":0.25,"prefix_padding_ms":300,)"
          R"("silence_duration_ms":400,"create_response":true,"interrupt_response":true}},)"
          R"("output":{"format":{"type":"audio/pcmu"},"voice":"marin"}},"tools":[{)"
          R"("type":"function","name":"find","description":"Finds",)"
          R"("parameters":{"type":"object"}}],)"
          R"("tool_choice":"auto"}})"));
}

TEST_F(OpenAiRealtime, speaks_to_azure_with_its_header) {
  options_.base_url = "https://there.example/openai/v1/";
  options_.has_key_header = true;
  sockets_.add({created, updated});

  ASSERT_TRUE(open().has_value());

  EXPECT_EQ(sockets_.requests[0].url, "wss://there.example/openai/v1/realtime?model=gpt-realtime");
  EXPECT_EQ(sockets_.requests[0].headers[0].name, "api-key");
}

TEST_F(OpenAiRealtime, sends_audio_in_pieces_of_20_ms_in_every_format) {
  struct Case {
    RealtimeCoding coding;
    std::size_t frame;
  };
  for (const auto& [coding, frame] :
       {Case{RealtimeCoding::pcma, 80}, Case{RealtimeCoding::pcm24k, 480}}) {
    auto opened = session({}, {.coding = coding});
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(opened->hear(std::string(frame, '\0')));
    ASSERT_EQ(line_->told.size(), 2U);
    EXPECT_EQ(line_->told[0], R"({"type":"input_audio_buffer.append","audio":")" +
                                  to_base64(std::string(2 * frame, '\0')) + R"("})");
    // What is left over goes before the end of a turn.
    EXPECT_TRUE(opened->commit());
    ASSERT_EQ(line_->told.size(), 4U);
    EXPECT_EQ(line_->told[3], R"({"type":"input_audio_buffer.commit"})");
  }
}

TEST_F(OpenAiRealtime, says_what_the_conversation_needs) {
  auto opened = session({});
  opened->add_words(ChatRole::user, "Hi \"you\"");
  opened->add_words(ChatRole::assistant, "Hello");
  opened->add_result("c1", "{}");
  opened->answer("");
  opened->answer("Greet.");
  opened->cancel("r1");
  opened->truncate("i1", 420);
  opened->take_turns(false);

  EXPECT_THAT(
      line_->told,
      ElementsAre(
          R"({"type":"conversation.item.create","item":{"type":"message","role":"user",)"
          R"("content":[{"type":"input_text","text":"Hi \"you\""}]}})",
          R"({"type":"conversation.item.create","item":{"type":"message","role":"assistant",)"
          R"("content":[{"type":"output_text","text":"Hello"}]}})",
          R"({"type":"conversation.item.create","item":{"type":"function_call_output",)"
          R"("call_id":"c1","output":"{}"}})",
          R"({"type":"response.create"})",
          R"({"type":"response.create","response":{"instructions":"Greet."}})",
          R"({"type":"response.cancel","response_id":"r1"})",
          R"({"type":"conversation.item.truncate","item_id":"i1","content_index":0,)"
          R"("audio_end_ms":420})",
          R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{)"
          R"("turn_detection":null}}}})"));
  line_->is_full = true;
  EXPECT_FALSE(opened->answer(""));
}

TEST_F(OpenAiRealtime, tells_what_happens_in_a_turn) {
  auto opened = session(
      {R"({"type":"input_audio_buffer.speech_started","audio_start_ms":10,"item_id":"u1"})",
       R"({"type":"rate_limits.updated","rate_limits":[]})",
       R"({"type":"input_audio_buffer.speech_stopped","audio_end_ms":900,"item_id":"u1"})",
       R"({"type":"response.created","response":{"id":"r1","status":"in_progress"}})",
       R"({"type":"response.output_audio_transcript.delta","response_id":"r1",)"
       R"("item_id":"a1","delta":"Two"})",
       R"({"type":"response.output_audio.delta","response_id":"r1","item_id":"a1","delta":"AQID"})",
       R"({"type":"conversation.item.input_audio_transcription.completed",)"
       R"("item_id":"u1","transcript":"How long?"})",
       R"({"type":"response.output_item.done","response_id":"r1","item":{"id":"f1",)"
       R"("type":"function_call","status":"completed","call_id":"c1","name":"find",)"
       R"("arguments":"{}"}})",
       R"({"type":"response.output_item.done","response_id":"r1","item":{"id":"f2",)"
       R"("type":"function_call","status":"incomplete","call_id":"c2","name":"find",)"
       R"("arguments":"{"}})",
       R"({"type":"response.done","response":{"id":"r1","status":"completed",)"
       R"("usage":{"total_tokens":60,"input_token_details":{"text_tokens":10,)"
       R"("audio_tokens":20,"cached_tokens":12,)"
       R"("cached_tokens_details":{"text_tokens":4,"audio_tokens":8}},)"
       R"("output_token_details":{"text_tokens":5,"audio_tokens":25}}}})"});

  EXPECT_EQ(next(*opened).kind, Kind::speech_started);
  EXPECT_EQ(next(*opened).kind, Kind::speech_stopped);
  EXPECT_EQ(next(*opened).answer, "r1");
  EXPECT_EQ(next(*opened).text, "Two");
  auto audio = next(*opened);
  EXPECT_EQ(audio.kind, Kind::audio);
  EXPECT_EQ(audio.answer + audio.item + audio.bytes, "r1a1\x01\x02\x03");
  auto words = next(*opened);
  EXPECT_EQ(words.kind, Kind::user_words);
  EXPECT_EQ(words.item + words.text, "u1How long?");
  auto call = next(*opened);
  EXPECT_EQ(call.kind, Kind::tool_call);
  EXPECT_EQ(call.call.id + call.call.name + call.call.arguments, "c1find{}");
  auto end = next(*opened);
  EXPECT_EQ(end.kind, Kind::answer_ended);
  EXPECT_EQ(end.usage, (RealtimeUsage{.text_in = 10,
                                      .audio_in = 20,
                                      .cached_text_in = 4,
                                      .cached_audio_in = 8,
                                      .text_out = 5,
                                      .audio_out = 25}));
  auto closed = sync_wait(opened->next({}));
  EXPECT_TRUE(closed.has_value() && !*closed);
}

TEST_F(OpenAiRealtime, tells_refusals_that_matter_from_those_that_do_not) {
  auto opened = session({refusal("response_cancel_not_active"), refusal("unsupported_content_type"),
                         refusal("input_audio_buffer_commit_empty"),
                         refusal("conversation_already_has_active_response"),
                         refusal("invalid_value"), refusal("", "server_error"),
                         R"({"type":"response.done","response":{"id":"r","status":"failed",)"
                         R"("status_details":{"error":{"type":"server_error","code":"x"}}}})",
                         R"({"type":"response.done","response":{"id":"r","status":"cancelled"}})",
                         refusal("session_expired")});

  EXPECT_EQ(next(*opened).kind, Kind::answer_refused);
  auto wrong = next(*opened);
  EXPECT_EQ(wrong.kind, Kind::refused);
  EXPECT_EQ(wrong.failure->code, ErrorCode::invalid);
  EXPECT_EQ(wrong.failure->cause, "invalid_value: because of (key)");
  EXPECT_EQ(next(*opened).failure->code, ErrorCode::unavailable);
  EXPECT_EQ(next(*opened).failure->code, ErrorCode::unavailable);
  EXPECT_TRUE(next(*opened).is_cancelled);
  auto expired = sync_wait(opened->next({}));
  ASSERT_FALSE(expired.has_value());
  EXPECT_EQ(expired.error().code, ErrorCode::unavailable);
}

TEST_F(OpenAiRealtime, takes_nonsense_for_a_broken_session) {
  for (const std::string wrong :
       {"", "{", "[]", R"({"type":5})",
        R"({"type":"response.output_audio.delta","response_id":"r","item_id":"i","delta":"A"})"}) {
    auto opened = session({wrong});
    auto event = sync_wait(opened->next({}));
    ASSERT_FALSE(event.has_value()) << wrong;
    EXPECT_EQ(event.error().code, ErrorCode::unavailable) << wrong;
  }
  auto opened = session({R"({"type":"response.done"})", R"({"type":"error"})",
                         R"({"type":"response.output_item.done","item":[]})"});
  EXPECT_EQ(next(*opened).kind, Kind::refused);
}

TEST_F(OpenAiRealtime, says_why_a_session_cannot_be_had) {
  EXPECT_EQ(outcome({refusal("beta_api_shape_disabled")}),
            "internal: The model provider does not understand us");
  EXPECT_EQ(outcome({created, refusal("invalid_value")}),
            "invalid: The model provider refuses the request");
  EXPECT_EQ(outcome({created}), "unavailable: The model provider ended the session");
  struct Case {
    ErrorCode code;
    const char* outcome;
  };
  for (const auto& [code, expected] :
       {Case{ErrorCode::unauthenticated, "unavailable: The model provider refuses our key"},
        Case{ErrorCode::rate_limited, "unavailable: The model provider is overloaded"},
        Case{ErrorCode::timeout, "timeout: as it was"}}) {
    sockets_.refusals.push_back({.code = code, .message = "as it was"});
    EXPECT_EQ(outcome({}), expected);
    sockets_.lines.clear();
  }
}

TEST_F(OpenAiRealtime, keeps_connections_warm_and_replaces_dead_ones) {
  options_.warm_sockets = 2;
  sockets_.add({created});  // dead when it is taken
  auto warm = sockets_.add({created, updated});
  auto refill = sockets_.add({created});
  auto fresh = sockets_.add({created, updated});

  auto first = open();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(sockets_.requests.size(), 4U);
  EXPECT_EQ(fresh->told.size(), 1U);
  sockets_.add({created});
  ASSERT_TRUE(sync_wait(model_->open({}, {})).has_value());
  EXPECT_EQ(warm->told.size(), 1U);
  EXPECT_FALSE(refill->is_dropped);
  model_.reset();
  EXPECT_TRUE(refill->is_dropped);
}

}  // namespace
}  // namespace aiva
