#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "adapters/anthropic/anthropic.h"
#include "foundation/json.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

HttpResponse stream_of(const std::vector<std::string>& events) {
  HttpResponse response{.status = 200, .headers = {{"Content-Type", "text/event-stream"}}};
  for (const auto& event : events) {
    auto type = std::string(json::parse(event)->at("type").as_string());
    response.body += "event: " + type + "\ndata: " + event + "\n\n";
  }
  return response;
}

const std::string start =
    R"({"type":"message_start","message":{"id":"msg_1","model":"claude-x-2026","usage":)"
    R"({"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":100,)"
    R"("output_tokens":1}}})";
const std::string stop = R"({"type":"message_stop"})";

std::string begin_text(int index) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":{"type":"text","text":""}})";
}
std::string begin_call(int index, const std::string& id, const std::string& name) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":{"type":"tool_use","id":")" + id + R"(","name":")" + name +
         R"(","input":{}}})";
}
std::string say(const std::string& text) {
  return R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" + text +
         R"("}})";
}
std::string argue(int index, const std::string& escaped_json) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) +
         R"(,"delta":{"type":"input_json_delta","partial_json":")" + escaped_json + R"("}})";
}
std::string end_block(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}
std::string finish(const std::string& reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + reason +
         R"(","stop_sequence":null},"usage":{"output_tokens":7}})";
}

// A model over a client that answers from a list; the last answer repeats.
class AnthropicChat : public ::testing::Test {
 protected:
  void answer_with(std::deque<Result<HttpResponse>> answers) { answers_ = std::move(answers); }

  Result<std::unique_ptr<ChatStream>> open(ChatRequest request = {}) {
    if (request.messages.empty()) request.messages = {{ChatRole::user, "Hi"}};
    return sync_wait(model_->open({}, std::move(request)));
  }
  // The whole answer of a stream in words.
  std::vector<std::string> read_all(ChatRequest request = {}) {
    auto stream = open(std::move(request));
    if (!stream) return {"!" + std::string(to_string(stream.error().code))};
    std::vector<std::string> pieces;
    for (;;) {
      auto delta = sync_wait((*stream)->next({}));
      if (!delta) pieces.push_back("!" + std::string(to_string(delta.error().code)));
      if (!delta || !*delta) return pieces;
      if (!(*delta)->text.empty()) pieces.push_back((*delta)->text);
      for (const auto& call : (*delta)->tool_calls)
        pieces.push_back(call.name + "#" + call.id + call.arguments);
      if (!(*delta)->finish_reason.empty()) pieces.push_back("=" + (*delta)->finish_reason);
      if ((*delta)->usage) usage_ = (*delta)->usage;
    }
  }
  json::Value sent() { return *json::parse(http_.requests().back().body); }

  std::deque<Result<HttpResponse>> answers_{stream_of({start, finish("end_turn"), stop})};
  ScriptedHttpClient http_{[this](const HttpRequest&) {
    auto answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return answer;
  }};
  std::optional<ChatUsage> usage_;
  std::vector<model_server::FailureKind> failures_;
  std::unique_ptr<ChatModel> model_ = make_anthropic_chat_model(
      {.base_url = "http://models.example/",
       .api_key = "sk-ant-secret",
       .default_model = "claude-x",
       .attempts_max = 3,
       .pause = [](CallContext context, milliseconds) { return skip(context); },
       .on_failure = [this](const auto& failure) { failures_.push_back(failure.kind); }},
      http_);

 private:
  static Task<Result<void>> skip(CallContext context) { co_return context.check(); }
};

TEST_F(AnthropicChat, asks_as_the_api_wants_it) {
  ASSERT_TRUE(open({.messages = {{ChatRole::system, "Be kind."}, {ChatRole::user, "Hi"}},
                    .temperature = 1.5,
                    .tokens_max = 100,
                    .stop = {"END", " "}})
                  .has_value());

  auto request = http_.requests().at(0);
  EXPECT_EQ(request.url, "http://models.example/v1/messages");
  auto header = [&](std::string_view name) {
    for (const auto& given : request.headers)
      if (given.name == name) return given.value;
    return std::string();
  };
  EXPECT_EQ(header("x-api-key"), "sk-ant-secret");
  EXPECT_EQ(header("anthropic-version"), "2023-06-01");
  EXPECT_EQ(sent(),
            *json::parse(R"({"model":"claude-x","max_tokens":100,"system":"Be kind.","messages":)"
                         R"([{"role":"user","content":[{"type":"text","text":"Hi"}]}],)"
                         R"("stream":true,"temperature":1,"stop_sequences":["END"]})"))
      << request.body;
}

TEST_F(AnthropicChat, has_turns_alternate_with_results_first) {
  ASSERT_TRUE(
      open({.messages = {{ChatRole::assistant, "Welcome. \n"},
                         {ChatRole::user, "Weather?"},
                         {ChatRole::user, "In Rome."},
                         {.role = ChatRole::assistant,
                          .content = "",
                          .tool_calls = {{"call.1", "weather", R"({"city":"Rome"})"},
                                         {"call_2", "time", "not json"}}},
                         {.role = ChatRole::tool, .content = "Sun", .tool_call_id = "call.1"},
                         {.role = ChatRole::tool, .content = "", .tool_call_id = "call_2"},
                         {ChatRole::user, "And?"}}})
          .has_value());

  EXPECT_EQ(
      sent().at("messages"),
      *json::parse(
          R"-([{"role":"user","content":"(Begin.)"},)-"
          R"({"role":"assistant","content":[{"type":"text","text":"Welcome."}]},)"
          R"({"role":"user","content":[{"type":"text","text":"Weather?"},)"
          R"({"type":"text","text":"In Rome."}]},)"
          R"({"role":"assistant","content":[{"type":"tool_use","id":"call_1","name":"weather",)"
          R"("input":{"city":"Rome"}},{"type":"tool_use","id":"call_2","name":"time",)"
          R"("input":{"malformed_arguments":"not json"}}]},)"
          R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1",)"
          R"("content":"Sun"},{"type":"tool_result","tool_use_id":"call_2"},)"
          R"({"type":"text","text":"And?"}]}])"))
      << http_.requests().back().body;
  // Functions that were called must be offered, though they are not any more.
  EXPECT_EQ(sent().at("tools").as_array().size(), 2U);
  EXPECT_EQ(sent().at("tool_choice"), *json::parse(R"({"type":"none"})"));
}

TEST_F(AnthropicChat, sends_pictures_and_functions) {
  ChatRequest request{
      .messages = {{.role = ChatRole::user,
                    .content = "What is it?",
                    .images = {{.mime_type = "image/png", .bytes = "abc"},
                               {.url = "https://pictures.example/a.png"}}}},
      .tools = {{.name = "look", .description = "Looks.", .parameters = R"({"properties":{}})"}},
      .tool_choice = {.mode = ToolChoice::Mode::required},
      .top_p = 0.5};

  ASSERT_TRUE(open(std::move(request)).has_value());

  EXPECT_EQ(sent().at("messages").at(0).at("content"),
            *json::parse(R"([{"type":"image","source":{"type":"base64","media_type":"image/png",)"
                         R"("data":"YWJj"}},{"type":"image","source":{"type":"url",)"
                         R"("url":"https://pictures.example/a.png"}},)"
                         R"({"type":"text","text":"What is it?"}])"));
  EXPECT_EQ(sent().at("tools"),
            *json::parse(R"([{"name":"look","description":"Looks.",)"
                         R"("input_schema":{"properties":{},"type":"object"}}])"));
  EXPECT_EQ(sent().at("tool_choice"), *json::parse(R"({"type":"any"})"));
  EXPECT_FALSE(sent().as_object().contains("temperature"));
}

TEST_F(AnthropicChat, hands_out_text_reason_and_usage) {
  answer_with({stream_of({start, R"({"type":"ping"})", begin_text(0), say("Hello"), say(" world"),
                          end_block(0), finish("end_turn"), stop})});

  EXPECT_THAT(read_all(), ElementsAre("Hello", " world", "=stop"));

  ASSERT_TRUE(usage_.has_value());
  EXPECT_EQ(usage_->input_tokens, 115);
  EXPECT_EQ(usage_->cached_tokens, 100);
  EXPECT_EQ(usage_->cache_written_tokens, 5);
  EXPECT_EQ(usage_->output_tokens, 7);
}

TEST_F(AnthropicChat, hands_out_each_call_when_it_is_whole) {
  answer_with({stream_of({start, begin_text(0), say("Let me see."), end_block(0),
                          begin_call(1, "t1", "weather"), argue(1, R"({\"city\":)"),
                          argue(1, R"(\"Rome\"})"), end_block(1), begin_call(2, "t2", "time"),
                          end_block(2), finish("tool_use"), stop})});

  EXPECT_THAT(read_all(), ElementsAre("Let me see.", R"(weather#t1{"city":"Rome"})", "time#t2{}",
                                      "=tool_calls"));
}

TEST_F(AnthropicChat, leaves_out_a_call_that_was_cut_but_tells_a_malformed_one) {
  std::vector<std::string> events = {start, begin_call(0, "t1", "weather"),
                                     argue(0, R"({\"city\":)"), end_block(0)};
  auto cut = events;
  cut.insert(cut.end(), {finish("max_tokens"), stop});
  answer_with({stream_of(cut)});
  EXPECT_THAT(read_all(), ElementsAre("=length"));

  events.insert(events.end(), {finish("tool_use"), stop});
  answer_with({stream_of(events)});
  EXPECT_THAT(read_all(), ElementsAre(R"(weather#t1{"city":)", "=tool_calls"));
}

TEST_F(AnthropicChat, answers_by_a_schema_through_a_function) {
  answer_with({stream_of({start, begin_call(0, "t1", "answer_in_form"), argue(0, R"({\"a\":)"),
                          argue(0, "1}"), end_block(0), finish("tool_use"), stop})});
  ChatRequest request{
      .messages = {{ChatRole::user, "Hi"}},
      .format = {
          .kind = AnswerFormat::Kind::schema, .name = "form", .schema = R"({"type":"object"})"}};

  EXPECT_THAT(read_all(std::move(request)), ElementsAre(R"({"a":)", "1}", "=stop"));

  EXPECT_EQ(sent().at("tool_choice"), *json::parse(R"({"type":"tool","name":"answer_in_form"})"));
}

TEST_F(AnthropicChat, knows_why_an_answer_ended) {
  const std::pair<const char*, const char*> rows[] = {
      {"end_turn", "=stop"},   {"stop_sequence", "=stop"},  {"max_tokens", "=length"},
      {"pause_turn", "=stop"}, {"tool_use", "=tool_calls"}, {"refusal", "=content_filter"}};
  for (auto [said, expected] : rows) {
    answer_with({stream_of({start, finish(said), stop})});
    EXPECT_THAT(read_all(), ElementsAre(expected)) << said;
  }
}

TEST_F(AnthropicChat, tells_a_broken_answer_after_its_pieces) {
  const std::string overloaded =
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  const std::vector<std::string> broken[] = {
      {start, say("Hi")}, {start, say("Hi"), overloaded}, {start, say("Hi"), stop}};
  for (const auto& events : broken) {
    answer_with({stream_of(events)});
    EXPECT_THAT(read_all(), ElementsAre("Hi", "!unavailable"));
  }
  EXPECT_EQ(failures_.at(1), model_server::FailureKind::overloaded);
}

TEST_F(AnthropicChat, asks_again_when_overloaded_and_says_what_went_wrong) {
  HttpResponse overloaded{.status = 529,
                          .body = R"({"type":"error","error":{"type":"overloaded_error"}})"};
  answer_with({overloaded, stream_of({start, say("Hi"), finish("end_turn"), stop})});
  EXPECT_THAT(read_all(), ElementsAre("Hi", "=stop"));
  EXPECT_EQ(http_.requests().size(), 2U);

  HttpResponse too_long{.status = 400,
                        .body =
                            R"({"type":"error","error":{"type":"invalid_request_error",)"
                            R"("message":"prompt is too long: 300000 tokens > 200000 maximum"}})"};
  answer_with({too_long});
  EXPECT_THAT(read_all(), ElementsAre("!too_large"));
  answer_with({HttpResponse{.status = 401}});
  EXPECT_THAT(read_all(), ElementsAre("!unavailable"));
  EXPECT_THAT(failures_, ElementsAre(model_server::FailureKind::overloaded,
                                     model_server::FailureKind::too_long,
                                     model_server::FailureKind::key_refused));
}

TEST_F(AnthropicChat, refuses_a_request_nobody_could_answer) {
  auto outcome = open({.messages = {{ChatRole::user, "Hi"}},
                       .tools = {{.name = "two words", .parameters = "[]"}},
                       .tool_choice = {.mode = ToolChoice::Mode::named, .name = "other"}});

  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid);
  EXPECT_EQ(outcome.error().details.size(), 3U);
  EXPECT_TRUE(http_.requests().empty());
}

}  // namespace
}  // namespace aiva
