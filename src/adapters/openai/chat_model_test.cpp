#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "adapters/openai/openai.h"
#include "foundation/json.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

HttpResponse stream_of(const std::vector<std::string>& events) {
  HttpResponse response{.status = 200, .headers = {{"Content-Type", "text/event-stream"}}};
  for (const auto& event : events) response.body += "data: " + event + "\n\n";
  return response;
}

std::string say(const std::string& text) {
  return R"({"model":"m-2025","choices":[{"index":0,"delta":{"content":")" + text +
         R"("},"finish_reason":null}],"usage":null})";
}

const std::string finish =
    R"({"model":"m-2025","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
const std::string usage =
    R"({"model":"m-2025","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,)"
    R"("prompt_tokens_details":{"cached_tokens":8}}})";

// A model over a client that answers from a list; the last answer repeats.
class OpenAiChat : public ::testing::Test {
 protected:
  void answer_with(std::deque<Result<HttpResponse>> answers) { answers_ = std::move(answers); }

  Result<std::unique_ptr<ChatStream>> open(CallContext context = {}, ChatRequest request = {}) {
    if (request.messages.empty()) request.messages = {{ChatRole::user, "Hi"}};
    return sync_wait(model_->open(context, std::move(request)));
  }
  // Every delta of an answer, then the error's code if there was one.
  std::vector<std::string> read_all() {
    auto stream = open();
    if (!stream) return {"!" + std::string(to_string(stream.error().code))};
    std::vector<std::string> pieces;
    for (;;) {
      auto delta = sync_wait((*stream)->next({}));
      if (!delta) pieces.push_back("!" + std::string(to_string(delta.error().code)));
      if (!delta || !*delta) return pieces;
      pieces.push_back((*delta)->text);
      for (const auto& call : (*delta)->tool_calls)
        pieces.push_back(call.name + "#" + call.id + call.arguments);
      if (!(*delta)->finish_reason.empty()) pieces.push_back("=" + (*delta)->finish_reason);
    }
  }
  static Result<HttpResponse> refuse(int status, std::vector<HttpHeader> headers = {}) {
    return HttpResponse{.status = status, .headers = std::move(headers), .body = "{}"};
  }

  std::deque<Result<HttpResponse>> answers_;
  ScriptedHttpClient http_{[this](const HttpRequest&) {
    auto answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return answer;
  }};
  json::Value sent() { return *json::parse(http_.requests().back().body); }
  std::string header(std::string_view name) {
    auto request = http_.requests().back();
    for (const auto& given : request.headers)
      if (given.name == name) return given.value;
    return {};
  }
  // Another server from now on.
  void speak(OpenAiQuirks quirks, std::string base_url = "http://models.example/v1") {
    auto options = options_;
    options.base_url = std::move(base_url);
    options.quirks = std::move(quirks);
    model_ = make_openai_chat_model(std::move(options), http_);
  }

  std::vector<milliseconds> pauses_;
  OpenAiOptions options_{
      .base_url = "http://models.example/v1/",
      .api_key = "sk-secret",
      .default_model = "m",
      .attempts_max = 3,
      .pause = [this](CallContext context, milliseconds time) { return note(context, time); }};
  std::unique_ptr<ChatModel> model_ = make_openai_chat_model(options_, http_);

 private:
  Task<Result<void>> note(CallContext context, milliseconds time) {
    pauses_.push_back(time);
    co_return context.check();
  }
};

TEST_F(OpenAiChat, asks_for_a_stream_with_usage) {
  answer_with({stream_of({"[DONE]"})});

  ASSERT_TRUE(open({}, {.messages = {{ChatRole::system, "Be \"kind\"."}, {ChatRole::user, "Hi"}},
                        .temperature = 0.5,
                        .tokens_max = 100})
                  .has_value());

  auto request = http_.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://models.example/v1/chat/completions");
  EXPECT_EQ(request.headers.back().value, "Bearer sk-secret");
  auto expected = json::parse(
      R"({"model":"m","messages":[{"role":"system","content":"Be \"kind\"."},)"
      R"({"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true},)"
      R"("max_tokens":100,"temperature":0.5})");
  EXPECT_EQ(*json::parse(request.body), *expected) << request.body;
}

TEST_F(OpenAiChat, speaks_to_reasoning_models_in_their_terms) {
  answer_with({stream_of({"[DONE]"})});

  ASSERT_TRUE(open({}, {.model = "o4-mini", .messages = {{ChatRole::user, "Hi"}}}).has_value());

  auto body = http_.requests().at(0).body;
  EXPECT_NE(body.find("\"max_completion_tokens\":1024"), std::string::npos);
  EXPECT_EQ(body.find("temperature"), std::string::npos);
}

TEST_F(OpenAiChat, hands_out_the_pieces_and_then_reason_and_usage) {
  answer_with({stream_of({say("Hello"), say(" world"), finish, usage, "[DONE]"})});

  auto stream = open();
  ASSERT_TRUE(stream.has_value());
  EXPECT_EQ((*stream)->model(), "m");
  EXPECT_EQ((*sync_wait((*stream)->next({})))->text, "Hello");
  EXPECT_EQ((*sync_wait((*stream)->next({})))->text, " world");
  auto last = sync_wait((*stream)->next({}));

  ASSERT_TRUE(last.has_value() && last->has_value());
  EXPECT_EQ((*last)->finish_reason, "stop");
  ASSERT_TRUE((*last)->usage.has_value());
  EXPECT_EQ((*last)->usage->input_tokens, 12);
  EXPECT_EQ((*last)->usage->cached_tokens, 8);
  EXPECT_EQ((*last)->usage->output_tokens, 3);
  EXPECT_EQ((*stream)->model(), "m-2025");
  EXPECT_FALSE(sync_wait((*stream)->next({}))->has_value());
  EXPECT_FALSE(sync_wait((*stream)->next({}))->has_value());
}

TEST_F(OpenAiChat, accepts_a_finished_answer_without_the_last_mark) {
  answer_with({stream_of({say("Hi"), finish})});

  EXPECT_THAT(read_all(), ElementsAre("Hi", "", "=stop"));
}

TEST_F(OpenAiChat, tells_a_broken_answer_after_its_pieces) {
  const std::vector<std::string> broken[] = {{say("Hi")},
                                             {say("Hi"), "{\"choices\":[{\"del"},
                                             {say("Hi"), "[]"},
                                             {say("Hi"), R"({"error":{"message":"oops"}})"}};
  for (const auto& events : broken) {
    answer_with({stream_of(events)});
    EXPECT_THAT(read_all(), ElementsAre("Hi", "!unavailable")) << events.back();
  }
}

TEST_F(OpenAiChat, tells_a_cut_connection_and_a_passed_deadline_apart) {
  answer_with({stream_of({say("Hi")})});

  http_.end_streams_with(Error{.code = ErrorCode::unavailable, .message = "cut"});
  EXPECT_THAT(read_all(), ElementsAre("Hi", "!unavailable"));
  http_.end_streams_with(Error{.code = ErrorCode::timeout, .message = "late"});
  EXPECT_THAT(read_all(), ElementsAre("Hi", "!timeout"));
}

TEST_F(OpenAiChat, ignores_what_it_does_not_know) {
  answer_with({stream_of({R"({"choices":[]})", R"({"choices":[{"delta":{"tool_calls":[]}}]})",
                          R"({"choices":"?","usage":7,"model":null})", say("Hi"), finish, "[DONE]",
                          "after the end"})});

  EXPECT_THAT(read_all(), ElementsAre("Hi", "", "=stop"));
}

TEST_F(OpenAiChat, asks_a_busy_server_again) {
  answer_with(
      {refuse(429, {{"Retry-After", "3"}}), refuse(503), stream_of({say("Hi"), finish, "[DONE]"})});

  EXPECT_THAT(read_all(), ElementsAre("Hi", "", "=stop"));

  ASSERT_EQ(pauses_.size(), 2U);
  EXPECT_EQ(pauses_[0], milliseconds(3000));
  EXPECT_LE(pauses_[1], milliseconds(1000));
}

TEST_F(OpenAiChat, asks_again_when_the_server_cannot_be_reached) {
  answer_with({fail(ErrorCode::unavailable, "refused"), stream_of({finish, "[DONE]"})});

  EXPECT_THAT(read_all(), ElementsAre("", "=stop"));
}

TEST_F(OpenAiChat, gives_up_after_its_attempts) {
  answer_with({refuse(429, {{"Retry-After", "3"}})});

  auto stream = open();

  ASSERT_FALSE(stream.has_value());
  EXPECT_EQ(stream.error().code, ErrorCode::unavailable);
  EXPECT_EQ(stream.error().retry_after_s, 3);
  EXPECT_EQ(http_.requests().size(), 3U);
}

TEST_F(OpenAiChat, does_not_repeat_what_cannot_get_better) {
  for (int status : {400, 401, 403, 404}) {
    answer_with({refuse(status)});
    auto asked_before = http_.requests().size();
    ASSERT_FALSE(open().has_value()) << status;
    EXPECT_EQ(http_.requests().size(), asked_before + 1) << status;
  }
}

TEST_F(OpenAiChat, does_not_wait_longer_than_sensible_or_than_the_deadline) {
  answer_with({refuse(429, {{"Retry-After", "600"}})});
  EXPECT_EQ(open().error().retry_after_s, 600);

  answer_with({refuse(429, {{"Retry-After", "10"}})});
  CallContext hurried{.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5)};
  EXPECT_EQ(open(hurried).error().retry_after_s, 10);

  EXPECT_TRUE(pauses_.empty());
}

TEST_F(OpenAiChat, never_asks_again_once_a_stream_began) {
  answer_with({stream_of({say("Hi")}), stream_of({say("again"), finish, "[DONE]"})});

  EXPECT_THAT(read_all(), ElementsAre("Hi", "!unavailable"));

  EXPECT_EQ(http_.requests().size(), 1U);
}

TEST_F(OpenAiChat, refuses_an_answer_that_is_no_stream) {
  answer_with({HttpResponse{.status = 200, .headers = {{"Content-Type", "text/html"}}}});

  EXPECT_EQ(open().error().code, ErrorCode::unavailable);
}

// An event with pieces of calls.
std::string call(const std::string& pieces) {
  return R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + pieces +
         R"(]},"finish_reason":null}]})";
}
std::string finished(const std::string& reason) {
  return R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + R"("}]})";
}

TEST_F(OpenAiChat, writes_functions_calls_pictures_and_limits) {
  answer_with({stream_of({"[DONE]"})});
  ChatRequest request{
      .messages = {{.role = ChatRole::user,
                    .content = "What is it?",
                    .images = {{.mime_type = "image/png", .bytes = "abc", .detail = "low"},
                               {.url = "https://pictures.example/a.png"}}},
                   {.role = ChatRole::assistant,
                    .content = "",
                    .tool_calls = {{"c1", "look", R"({"a":1})"}}},
                   {.role = ChatRole::tool, .content = "A cat", .tool_call_id = "c1"}},
      .tokens_max = 5,
      .tools = {{.name = "look", .parameters = R"({"type":"object"})", .is_strict = true}},
      .tool_choice = {.mode = ToolChoice::Mode::named, .name = "look"},
      .top_p = 0.5,
      .stop = {"END"}};

  ASSERT_TRUE(open({}, std::move(request)).has_value());

  EXPECT_EQ(
      sent(),
      *json::parse(
          R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":)"
          R"("What is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,YWJj",)"
          R"("detail":"low"}},{"type":"image_url","image_url":)"
          R"({"url":"https://pictures.example/a.png"}}]},{"role":"assistant","content":null,)"
          R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"look",)"
          R"("arguments":"{\"a\":1}"}}]},{"role":"tool","content":"A cat","tool_call_id":"c1"}],)"
          R"("stream":true,"stream_options":{"include_usage":true},"max_tokens":5,)"
          R"("temperature":0.2,"top_p":0.5,"stop":["END"],"tools":[{"type":"function",)"
          R"("function":{"name":"look","parameters":{"type":"object"},"strict":true}}],)"
          R"("tool_choice":{"type":"function","function":{"name":"look"}}})"))
      << http_.requests().back().body;
}

TEST_F(OpenAiChat, asks_for_json_and_for_a_schema) {
  answer_with({stream_of({"[DONE]"})});
  AnswerFormat form{.kind = AnswerFormat::Kind::schema,
                    .name = "form",
                    .schema = R"({"type":"object"})",
                    .is_strict = true};

  ASSERT_TRUE(open({}, {.messages = {{ChatRole::user, "Hi"}}, .format = form}).has_value());
  EXPECT_EQ(sent().at("response_format"),
            *json::parse(R"({"type":"json_schema","json_schema":{"name":"form",)"
                         R"("schema":{"type":"object"},"strict":true}})"));

  speak({.has_schemas = false});
  ASSERT_TRUE(open({}, {.messages = {{ChatRole::user, "Hi"}}, .format = form}).has_value());
  EXPECT_EQ(sent().at("response_format"), *json::parse(R"({"type":"json_object"})"));
  EXPECT_NE(http_.requests().back().body.find("JSON Schema: {"), std::string::npos);
}

TEST_F(OpenAiChat, speaks_the_dialects_of_other_servers) {
  answer_with({stream_of({"[DONE]"})});
  speak({.has_key_header = true,
         .api_version = "2024-10-21",
         .tokens_field = OpenAiQuirks::TokensField::max_completion_tokens},
        "http://azure.example/openai/deployments/{model}/");
  ASSERT_TRUE(open({}, {.model = "my gpt", .messages = {{ChatRole::user, "Hi"}}}).has_value());
  EXPECT_EQ(http_.requests().back().url,
            "http://azure.example/openai/deployments/my%20gpt/chat/completions"
            "?api-version=2024-10-21");
  EXPECT_EQ(header("api-key"), "sk-secret");
  EXPECT_EQ(header("Authorization"), "");
  EXPECT_TRUE(sent().as_object().contains("max_completion_tokens"));

  speak({.has_stream_options = false, .has_short_call_ids = true});
  ChatMessage said{.role = ChatRole::assistant,
                   .content = "",
                   .tool_calls = {{"call_long", "f", ""}, {"abcABC012", "g", ""}}};
  ChatMessage heard{.role = ChatRole::tool, .content = "1", .tool_call_id = "call_long"};
  ASSERT_TRUE(open({}, {.messages = {said, heard}}).has_value());
  auto body = sent();
  auto id = body.at("messages").at(0).at("tool_calls").at(0).at("id").as_string();
  EXPECT_EQ(id.size(), 9U);
  EXPECT_EQ(id.find('_'), std::string::npos);
  EXPECT_EQ(id, body.at("messages").at(1).at("tool_call_id").as_string());
  EXPECT_EQ(body.at("messages").at(0).at("tool_calls").at(1).at("id").as_string(), "abcABC012");
  EXPECT_FALSE(body.as_object().contains("stream_options"));
}

TEST_F(OpenAiChat, puts_calls_together_however_they_are_cut) {
  answer_with({stream_of(
      {call(R"({"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}})"),
       call(R"({"index":0,"function":{"arguments":"{\"x\""}})"),
       call(R"({"index":1,"id":"b","function":{"name":"g","arguments":"{"}},)"
            R"({"index":0,"function":{"arguments":":1}"}})"),
       call(R"({"index":1,"function":{"arguments":"}"}})"), finished("tool_calls"), "[DONE]"})});

  EXPECT_THAT(read_all(), ElementsAre("", R"(f#a{"x":1})", "", "g#b{}", "", "=tool_calls"));
}

TEST_F(OpenAiChat, understands_servers_that_tell_calls_in_their_own_way) {
  // One index for all, arguments as an object, "stop" as the reason.
  answer_with(
      {stream_of({call(R"({"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}})"),
                  call(R"({"index":0,"id":"b","function":{"name":"f","arguments":"{}"}})"),
                  finished("stop"), "[DONE]"})});
  EXPECT_THAT(read_all(), ElementsAre("", R"(f#a{"x":1})", "", "f#b{}", "", "=tool_calls"));

  // No index, no id.
  answer_with({stream_of({call(R"({"function":{"name":"f","arguments":"{"}})"),
                          call(R"({"function":{"arguments":"}"}})"), finished("tool_calls")})});
  auto pieces = read_all();
  ASSERT_EQ(pieces.size(), 4U);
  EXPECT_THAT(pieces[1], ::testing::MatchesRegex(R"(f#call_.+\{\})"));
}

TEST_F(OpenAiChat, leaves_out_a_call_that_was_cut_but_tells_a_malformed_one) {
  auto half = call(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}})");

  answer_with({stream_of({half, finished("length"), "[DONE]"})});
  EXPECT_THAT(read_all(), ElementsAre("", "=length"));
  answer_with({stream_of({half, finished("tool_calls"), "[DONE]"})});
  EXPECT_THAT(read_all(), ElementsAre("", R"(f#a{"x":)", "", "=tool_calls"));
}

TEST_F(OpenAiChat, bounds_calls) {
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += (i > 0 ? "," : "") + (R"({"index":)" + std::to_string(i)) +
            R"(,"id":"a","function":{"name":"f"}})";
  answer_with({stream_of({call(many), finished("tool_calls")})});

  EXPECT_THAT(read_all(), ElementsAre("!unavailable"));
}

TEST_F(OpenAiChat, reads_usage_and_failures_as_other_servers_tell_them) {
  answer_with({stream_of({finished("stop"),
                          R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,)"
                          R"("prompt_cache_hit_tokens":8}})",
                          "[DONE]"})});
  auto stream = open();
  auto last = sync_wait((*stream)->next({}));
  EXPECT_EQ((*last)->usage->cached_tokens, 8);
  answer_with({stream_of({R"({"choices":[{"delta":{},"finish_reason":"stop"}],)"
                          R"("x_groq":{"usage":{"prompt_tokens":4,"completion_tokens":1}}})",
                          "[DONE]"})});
  stream = open();
  last = sync_wait((*stream)->next({}));
  EXPECT_EQ((*last)->usage->input_tokens, 4);

  answer_with({stream_of({say("Hi"), finished("error")})});
  EXPECT_THAT(read_all(), ElementsAre("Hi", "!unavailable"));
  answer_with({stream_of({say("Hi"), R"({"error":{"code":429,"message":"slow down"}})"})});
  EXPECT_THAT(read_all(), ElementsAre("Hi", "!unavailable"));
}

TEST_F(OpenAiChat, refuses_a_request_nobody_could_answer) {
  auto outcome = open({}, {.messages = {{.role = ChatRole::user,
                                         .content = "x",
                                         .images = {{.url = "http://plain.example/a.png"}}}},
                           .temperature = 3,
                           .tokens_max = 0,
                           .tools = {{.name = "f", .parameters = "not json"}},
                           .stop = {""}});

  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid);
  EXPECT_EQ(outcome.error().details.size(), 5U);
  EXPECT_TRUE(http_.requests().empty());
}

}  // namespace
}  // namespace aiva
