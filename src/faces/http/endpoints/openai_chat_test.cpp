#include "faces/http/endpoints/openai_chat.h"

#include "faces/http/endpoints/openai_fixture.h"
#include "foundation/crypto.h"

namespace aiva::http {
namespace {

const std::string path = "/v1/chat/completions";
const std::string question =
    R"("model":"helper","messages":[{"role":"user","content":"How long?"}])";

class OpenAiChat : public OpenAiFixture {
 protected:
  void SetUp() override {
    completions.answer = cited_answer();
    completions.deltas = {"Ten days", " [1]."};
    serve(openai_chat_routes(completions, clock));
  }
  testing::RawResponse ask(const std::string& members) { return post(path, "{" + members + "}"); }
  // The message of the 400 that `members` get.
  std::string mistake(const std::string& members) {
    auto response = ask(members);
    EXPECT_EQ(response.status, 400) << members << " " << response.body;
    auto error = error_of(response);
    EXPECT_EQ(error.at("type"), "invalid_request_error");
    return std::string(error.at("message").as_string());
  }
};

TEST_F(OpenAiChat, answers_with_the_text_the_usage_and_the_sources) {
  auto response = ask(question);

  ASSERT_EQ(response.status, 200) << response.body;
  auto body = parsed(response.body);
  EXPECT_EQ(body.at("object"), "chat.completion");
  EXPECT_TRUE(body.at("id").as_string().starts_with("chatcmpl-"));
  EXPECT_EQ(body.at("model"), "helper");
  const auto& choice = body.at("choices").at(0);
  EXPECT_EQ(choice.at("message").at("content"), "Ten days [1].");
  EXPECT_EQ(choice.at("message").at("role"), "assistant");
  EXPECT_FALSE(choice.at("message").as_object().contains("tool_calls"));
  EXPECT_EQ(choice.at("finish_reason"), "stop");
  EXPECT_EQ(body.at("usage").at("total_tokens"), 35);
  EXPECT_EQ(body.at("aiva").at("sources").at(0).at("quote"), "Refunds take ten days.");
  EXPECT_EQ(body.at("aiva").at("cost"), 0.0015);
  ASSERT_EQ(completions.asked.size(), 1U);
  EXPECT_EQ(completions.asked[0].agent, "helper");
  EXPECT_EQ(completions.tenants[0], tenant);
}

TEST_F(OpenAiChat, passes_on_everything_that_has_an_effect) {
  auto response = ask(R"("model":"helper","temperature":0.5,"top_p":0.9,"max_completion_tokens":77,
    "stop":["END","\n\n"],"user":"u1","metadata":{"a":"b"},"seed":3,"n":1,"store":false,
    "response_format":{"type":"json_schema","json_schema":{"name":"out","strict":true,
                       "schema":{"type":"object"}}},
    "tools":[{"type":"function","function":{"name":"weather","description":"d","strict":true,
              "parameters":{"type":"object","properties":{}}}}],
    "tool_choice":{"type":"function","function":{"name":"weather"}},
    "messages":[{"role":"developer","content":"Be kind"},
      {"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,aGk=","detail":"low"}},
        {"type":"image_url","image_url":{"url":"https://x.test/a.png"}}]},
      {"role":"assistant","content":null,"refusal":null,"parsed":null,
       "tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"sunny"}]}])");

  ASSERT_EQ(response.status, 200) << response.body;
  const auto& asked = completions.asked.at(0);
  EXPECT_EQ(asked.temperature, 0.5);
  EXPECT_EQ(asked.top_p, 0.9);
  EXPECT_EQ(asked.tokens_max, 77);
  EXPECT_EQ(asked.stop, (std::vector<std::string>{"END", "\n\n"}));
  EXPECT_EQ(asked.user, "u1");
  EXPECT_EQ(asked.format.kind, AnswerFormat::Kind::schema);
  EXPECT_EQ(asked.format.schema, R"({"type":"object"})");
  EXPECT_TRUE(asked.format.is_strict);
  ASSERT_EQ(asked.tools.size(), 1U);
  EXPECT_EQ(asked.tools[0].name, "weather");
  EXPECT_TRUE(asked.tools[0].is_strict);
  EXPECT_EQ(asked.tool_choice.mode, ToolChoice::Mode::named);
  EXPECT_EQ(asked.tool_choice.name, "weather");
  ASSERT_EQ(asked.messages.size(), 4U);
  EXPECT_EQ(asked.messages[0].role, ChatRole::system);
  EXPECT_EQ(asked.messages[1].content, "one\ntwo");
  ASSERT_EQ(asked.messages[1].images.size(), 2U);
  EXPECT_EQ(asked.messages[1].images[0].bytes, "hi");
  EXPECT_EQ(asked.messages[1].images[0].mime_type, "image/png");
  EXPECT_EQ(asked.messages[1].images[0].detail, "low");
  EXPECT_EQ(asked.messages[1].images[1].url, "https://x.test/a.png");
  EXPECT_EQ(asked.messages[2].tool_calls.at(0).id, "c1");
  EXPECT_EQ(asked.messages[3].tool_call_id, "c1");
  EXPECT_EQ(asked.messages[3].content, "sunny");
}

TEST_F(OpenAiChat, names_what_it_does_not_support) {
  auto refused = [this](const std::string& member) { return mistake(question + "," + member); };

  EXPECT_EQ(refused(R"("n":2)"), "n: must be between 1 and 1");
  EXPECT_EQ(refused(R"("reasoning_effort":"low")"), "reasoning_effort: is not supported here");
  EXPECT_EQ(refused(R"("frequency_penalty":0.5)").substr(0, 18), "frequency_penalty:");
  EXPECT_EQ(refused(R"("logprobs":true)"), "logprobs: is not supported here");
  EXPECT_EQ(refused(R"("store":true)"), "store: is not supported here");
  EXPECT_EQ(refused(R"("functions":[])"), "functions: is not supported here; use tools");
  EXPECT_EQ(refused(R"("modalities":["audio"])"), "modalities: only text is supported here");
  EXPECT_EQ(refused(R"("stream_options":{"include_usage":true})"),
            "stream_options: is for streams only");
  EXPECT_EQ(refused(R"("tool_choice":"required")"), "tool_choice: needs tools");
  EXPECT_EQ(refused(R"("max_tokens":5,"max_completion_tokens":5)"),
            "max_tokens: cannot stand beside max_completion_tokens");
  EXPECT_EQ(refused(R"("stop":["a","b","c","d","e"])"), "stop: must have at most 4 elements");
  EXPECT_EQ(refused(R"("temperature":3)").substr(0, 12), "temperature:");
  EXPECT_EQ(refused(R"("tools":[{"type":"web_search"}])").substr(0, 14), "tools[0].type:");
  EXPECT_EQ(refused(R"("tools":[{"type":"function","function":{"name":"a b"}}])").substr(0, 23),
            "tools[0].function.name:");
  EXPECT_EQ(refused(R"("response_format":{"type":"xml"})").substr(0, 16), "response_format:");
  auto error = error_of(ask(question + R"(,"n":2)"));
  EXPECT_EQ(error.at("param"), "n");
  EXPECT_TRUE(error.at("code").is_null());
  EXPECT_TRUE(completions.asked.empty());
}

TEST_F(OpenAiChat, refuses_conversations_no_model_could_answer) {
  auto refused = [this](const std::string& messages) {
    return mistake(R"("model":"helper","messages":)" + messages);
  };
  const std::string call =
      R"({"role":"assistant","tool_calls":
      [{"id":"c1","type":"function","function":{"name":"f"}}]})";

  EXPECT_EQ(refused("[]"), "messages: must not be empty");
  EXPECT_EQ(refused(R"([{"role":"assistant","content":"x"}])"),
            "messages: the last message must be a user's or a tool's");
  EXPECT_EQ(refused(R"([{"role":"tool","content":"x","tool_call_id":"c"}])").substr(0, 35),
            "messages: the answer of a tool must");
  EXPECT_EQ(refused("[" + call + R"(,{"role":"user","content":"x"}])"),
            "messages: each call of a tool must be followed by its answer");
  EXPECT_EQ(refused(R"([{"role":"bot","content":"x"}])").substr(0, 17), "messages[0].role:");
  EXPECT_EQ(refused(R"([{"role":"user"}])").substr(0, 20), "messages[0].content:");
  EXPECT_EQ(refused(R"(["x"])").substr(0, 12), "messages[0]:");
  auto image = [&](const std::string& url) {
    return refused(R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":")" + url +
                   R"("}}]}])");
  };
  EXPECT_EQ(image("http://x.test/a.png").substr(0, 20), "messages[0].content:");
  EXPECT_EQ(image("file:///etc/passwd").substr(0, 20), "messages[0].content:");
  EXPECT_EQ(image("data:image/svg+xml;base64,aGk=").substr(0, 20), "messages[0].content:");
  EXPECT_EQ(image("data:image/png;base64,***").substr(0, 20), "messages[0].content:");
  EXPECT_EQ(mistake(R"("messages":[{"role":"user","content":"x"}])"), "model: is required");
  EXPECT_EQ(post(path, "[]").status, 400);
  EXPECT_EQ(post(path, "{").status, 400);
}

TEST_F(OpenAiChat, hands_back_calls_of_the_callers_tools) {
  completions.answer.answer.text.clear();
  completions.answer.answer.sources.clear();
  completions.answer.tool_calls = {{"c1", "weather", R"({"city":"Oslo"})"}, {"c2", "time", "{}"}};
  completions.answer.finish_reason = "tool_calls";
  const std::string tools =
      R"(,"tools":[{"type":"function","function":{"name":"weather"}},
                   {"type":"function","function":{"name":"time"}}])";

  auto both = parsed(ask(question + tools).body);
  auto one = parsed(ask(question + tools + R"(,"parallel_tool_calls":false)").body);

  const auto& message = both.at("choices").at(0).at("message");
  EXPECT_TRUE(message.at("content").is_null());
  ASSERT_EQ(message.at("tool_calls").as_array().size(), 2U);
  EXPECT_EQ(message.at("tool_calls").at(0).at("id"), "c1");
  EXPECT_EQ(message.at("tool_calls").at(0).at("type"), "function");
  EXPECT_EQ(message.at("tool_calls").at(0).at("function").at("arguments"), R"({"city":"Oslo"})");
  EXPECT_EQ(both.at("choices").at(0).at("finish_reason"), "tool_calls");
  EXPECT_EQ(one.at("choices").at(0).at("message").at("tool_calls").as_array().size(), 1U);
}

TEST_F(OpenAiChat, streams_role_text_end_and_usage) {
  auto response = ask(question + R"(,"stream":true,"stream_options":{"include_usage":true})");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(response.body.find("event:"), std::string::npos);
  auto lines = data_lines(response.body);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[5], "[DONE]");
  auto first = parsed(lines[0]);
  EXPECT_EQ(first.at("object"), "chat.completion.chunk");
  EXPECT_EQ(first.at("choices").at(0).at("delta").at("role"), "assistant");
  EXPECT_TRUE(first.at("choices").at(0).at("finish_reason").is_null());
  EXPECT_TRUE(first.at("usage").is_null());
  EXPECT_EQ(parsed(lines[1]).at("choices").at(0).at("delta").at("content"), "Ten days");
  EXPECT_EQ(parsed(lines[2]).at("choices").at(0).at("delta").at("content"), " [1].");
  auto last = parsed(lines[3]);
  EXPECT_EQ(last.at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(last.at("aiva").at("sources").as_array().size(), 1U);
  EXPECT_EQ(last.at("id"), first.at("id"));
  auto usage = parsed(lines[4]);
  EXPECT_TRUE(usage.at("choices").as_array().empty());
  EXPECT_EQ(usage.at("usage").at("prompt_tokens"), 30);
}

TEST_F(OpenAiChat, streams_calls_whole) {
  completions.deltas.clear();
  completions.answer.tool_calls = {{"c1", "weather", R"({"a":1})"}};
  completions.answer.finish_reason = "tool_calls";

  auto lines = data_lines(ask(question + R"(,"stream":true)").body);

  ASSERT_EQ(lines.size(), 4U);
  auto chunk = parsed(lines[1]);
  EXPECT_FALSE(chunk.as_object().contains("usage"));
  const auto& call = chunk.at("choices").at(0).at("delta").at("tool_calls").at(0);
  EXPECT_EQ(call.at("index"), 0);
  EXPECT_EQ(call.at("function").at("name"), "weather");
  EXPECT_EQ(parsed(lines[2]).at("choices").at(0).at("finish_reason"), "tool_calls");
}

TEST_F(OpenAiChat, tells_a_failure_before_the_first_piece_by_its_status) {
  struct Case {
    Error error;
    int status;
    std::string_view type;
    std::string_view code;
  };
  std::vector<Case> cases;
  auto add = [&cases](ErrorCode code, int status, std::string_view type, std::string_view name) {
    cases.push_back({Error{.code = code, .message = "m", .cause = "secret"}, status, type, name});
  };
  add(ErrorCode::not_found, 404, "invalid_request_error", "model_not_found");
  add(ErrorCode::quota_exceeded, 402, "insufficient_quota", "insufficient_quota");
  add(ErrorCode::rate_limited, 429, "requests", "rate_limit_exceeded");
  add(ErrorCode::unavailable, 503, "server_error", "unavailable");
  add(ErrorCode::timeout, 504, "server_error", "timeout");
  add(ErrorCode::conflict, 409, "invalid_request_error", "conflict");
  add(ErrorCode::internal, 500, "server_error", "internal");

  for (const auto& each : cases)
    for (std::string stream : {"false", "true"}) {
      completions.refusal = each.error;
      auto response = ask(question + R"(,"stream":)" + stream);
      EXPECT_EQ(response.status, each.status);
      auto error = error_of(response);
      EXPECT_EQ(error.at("type").as_string(), each.type);
      EXPECT_EQ(error.at("code").as_string(), each.code);
      EXPECT_EQ(response.body.find("secret"), std::string::npos);
      if (each.status == 409) EXPECT_EQ(response.header("X-Should-Retry"), "false");
      if (each.status == 429) EXPECT_NE(response.header("Retry-After"), "");
    }
}

TEST_F(OpenAiChat, tells_a_later_failure_inside_the_stream) {
  completions.failure = Error{.code = ErrorCode::unavailable, .message = "The model is down"};

  auto response = ask(question + R"(,"stream":true)");

  EXPECT_EQ(response.status, 200);
  auto lines = data_lines(response.body);
  ASSERT_EQ(lines.size(), 4U);
  auto error = parsed(lines[3]).at("error");
  EXPECT_EQ(error.at("message"), "The model is down");
  EXPECT_EQ(error.at("type"), "server_error");
}

TEST_F(OpenAiChat, has_refusals_of_the_server_in_the_same_shape) {
  auto anonymous = server->send({.method = "POST", .target = path, .body = "{}"});
  auto stranger = post(path, "{}", "wrong");
  auto weak = post(path, "{}", "weak");
  auto lost = post("/v1/completions", "{}");
  auto wrong_method = get(path);
  auto large = post(path, "{" + question + R"(,"user":")" + std::string(34'000'000, 'x') + "\"}");
  auto form = server->send({.method = "POST",
                            .target = path,
                            .headers = {"Authorization: Bearer key"},
                            .body = "x",
                            .content_type = "text/plain"});

  EXPECT_EQ(anonymous.status, 401);
  EXPECT_EQ(error_of(anonymous).at("code"), "invalid_api_key");
  EXPECT_EQ(stranger.status, 401);
  EXPECT_EQ(error_of(stranger).at("type"), "invalid_request_error");
  EXPECT_EQ(weak.status, 403);
  EXPECT_EQ(error_of(weak).at("code"), "insufficient_permissions");
  EXPECT_EQ(lost.status, 404);
  EXPECT_EQ(error_of(lost).at("code"), "unknown_url");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(error_of(wrong_method).at("code"), "method_not_allowed");
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(error_of(large).at("code"), "too_large");
  EXPECT_EQ(form.status, 415);
  EXPECT_EQ(error_of(form).at("code"), "unsupported_media_type");
}

TEST_F(OpenAiChat, has_rate_limits_in_the_same_shape) {
  server.reset();
  serve(openai_chat_routes(completions, clock),
        [](ServerOptions& options) { options.rates.signed_in.calls_max = 1; });

  auto first = ask(question);
  auto second = ask(question);

  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.status, 429);
  EXPECT_EQ(error_of(second).at("code"), "rate_limit_exceeded");
  EXPECT_NE(second.header("Retry-After"), "");
}

}  // namespace
}  // namespace aiva::http
