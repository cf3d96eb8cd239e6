#include "faces/http/endpoints/openai_responses.h"

#include "faces/http/endpoints/openai_fixture.h"

namespace aiva::http {
namespace {

class OpenAiResponses : public OpenAiFixture {
 protected:
  void SetUp() override {
    completions.answer = cited_answer();
    completions.deltas = {"Ten days", " [1]."};
    serve(openai_response_routes(completions, clock));
  }
  testing::RawResponse ask(const std::string& members) {
    return post("/v1/responses", R"({"model":"helper",)" + members + "}");
  }
  std::string mistake(const std::string& members) {
    auto response = ask(members);
    EXPECT_EQ(response.status, 400) << response.body;
    return std::string(error_of(response).at("message").as_string());
  }
  std::vector<json::Value> events(const std::string& members) {
    auto response = ask(members + R"(,"stream":true)");
    EXPECT_EQ(response.status, 200) << response.body;
    std::vector<json::Value> out;
    for (const auto& line : data_lines(response.body)) out.push_back(parsed(line));
    return out;
  }
};

TEST_F(OpenAiResponses, answer_with_a_message_and_its_citations) {
  auto response = ask(R"("input":"How long?","instructions":"Be short","metadata":{"k":"v"})");

  ASSERT_EQ(response.status, 200) << response.body;
  auto body = parsed(response.body);
  EXPECT_EQ(body.at("object"), "response");
  EXPECT_EQ(body.at("status"), "completed");
  EXPECT_EQ(body.at("instructions"), "Be short");
  EXPECT_EQ(body.at("metadata").at("k"), "v");
  EXPECT_EQ(body.at("store"), false);
  const auto& message = body.at("output").at(0);
  EXPECT_EQ(message.at("type"), "message");
  EXPECT_EQ(message.at("content").at(0).at("text"), "Ten days [1].");
  const auto& citation = message.at("content").at(0).at("annotations").at(0);
  EXPECT_EQ(citation.at("type"), "file_citation");
  EXPECT_EQ(citation.at("filename"), "a.pdf");
  EXPECT_EQ(body.at("usage").at("total_tokens"), 35);
  const auto& asked = completions.asked.at(0).messages;
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].role, ChatRole::system);
  EXPECT_EQ(asked[0].content, "Be short");
  EXPECT_EQ(asked[1].content, "How long?");
}

TEST_F(OpenAiResponses, read_the_items_of_a_conversation) {
  auto response = ask(R"("max_output_tokens":9,"text":{"format":{"type":"json_schema","name":"o",
      "schema":{"type":"object"},"strict":true}},
    "tools":[{"type":"function","name":"weather","parameters":{"type":"object"},"strict":false}],
    "tool_choice":"required",
    "input":[{"role":"user","content":[{"type":"input_text","text":"Hi"},
       {"type":"input_image","image_url":"data:image/webp;base64,aGk=","detail":"auto"}]},
     {"type":"message","id":"msg_1","status":"completed","role":"assistant",
      "content":[{"type":"output_text","text":"Wait","annotations":[]}]},
     {"type":"reasoning","id":"rs_1","summary":[]},
     {"type":"function_call","call_id":"c1","name":"weather","arguments":"{}","id":"fc_c1"},
     {"type":"function_call","call_id":"c2","name":"weather","arguments":"{}"},
     {"type":"function_call_output","call_id":"c2","output":"rain"},
     {"type":"function_call_output","call_id":"c1",
      "output":[{"type":"input_text","text":"sun"}]}])");

  ASSERT_EQ(response.status, 200) << response.body;
  const auto& asked = completions.asked.at(0);
  EXPECT_EQ(asked.tokens_max, 9);
  EXPECT_EQ(asked.format.kind, AnswerFormat::Kind::schema);
  EXPECT_EQ(asked.tools.at(0).name, "weather");
  EXPECT_EQ(asked.tool_choice.mode, ToolChoice::Mode::required);
  ASSERT_EQ(asked.messages.size(), 4U);
  EXPECT_EQ(asked.messages[0].images.at(0).mime_type, "image/webp");
  EXPECT_EQ(asked.messages[0].images.at(0).detail, "");
  EXPECT_EQ(asked.messages[1].content, "Wait");
  ASSERT_EQ(asked.messages[1].tool_calls.size(), 2U);
  EXPECT_EQ(asked.messages[2].content, "rain");
  EXPECT_EQ(asked.messages[3].content, "sun");
}

TEST_F(OpenAiResponses, refuse_what_would_need_stored_ones) {
  auto refused = [this](const std::string& member) { return mistake(R"("input":"x",)" + member); };

  EXPECT_NE(refused(R"("previous_response_id":"resp_1")").find("not stored"), std::string::npos);
  EXPECT_NE(refused(R"("conversation":"conv_1")").find("not stored"), std::string::npos);
  EXPECT_EQ(refused(R"("store":true)"), "store: responses are not stored here");
  EXPECT_EQ(refused(R"("background":true)"), "background: is not supported here");
  EXPECT_EQ(refused(R"("reasoning":{"effort":"low"})"), "reasoning: is not supported here");
  EXPECT_EQ(refused(R"("text":{"verbosity":"low"})"), "text.verbosity: is not supported here");
  EXPECT_EQ(refused(R"("tools":[{"type":"file_search"}])").substr(0, 14), "tools[0].type:");
  EXPECT_EQ(mistake(R"("input":[{"type":"item_reference","id":"x"}])").substr(0, 14),
            "input[0].type:");
  EXPECT_EQ(mistake(R"("input":[])"), "input: must not be empty");
  EXPECT_EQ(mistake(R"("user":"x")"), "input: is required");
}

TEST_F(OpenAiResponses, stream_in_the_order_clients_build_them_from) {
  auto told = events(R"("input":"How long?")");

  std::vector<std::string> types;
  for (std::size_t i = 0; i < told.size(); ++i) {
    types.emplace_back(told[i].at("type").as_string());
    EXPECT_EQ(told[i].at("sequence_number"), i);
  }
  EXPECT_EQ(types, (std::vector<std::string>{
                       "response.created", "response.in_progress", "response.output_item.added",
                       "response.content_part.added", "response.output_text.delta",
                       "response.output_text.delta", "response.output_text.annotation.added",
                       "response.output_text.done", "response.content_part.done",
                       "response.output_item.done", "response.completed"}));
  EXPECT_EQ(told[0].at("response").at("status"), "in_progress");
  EXPECT_EQ(told[4].at("delta"), "Ten days");
  EXPECT_EQ(told[7].at("text"), "Ten days [1].");
  const auto& whole = told.back().at("response");
  EXPECT_EQ(whole.at("status"), "completed");
  EXPECT_EQ(whole.at("id"), told[0].at("response").at("id"));
  EXPECT_EQ(whole.at("output").at(0).at("id"), told[2].at("item").at("id"));
}

TEST_F(OpenAiResponses, stream_calls_as_items_of_their_own) {
  completions.deltas.clear();
  completions.answer.answer.text.clear();
  completions.answer.tool_calls = {{"c1", "weather", R"({"a":1})"}};
  completions.answer.finish_reason = "tool_calls";

  auto told = events(R"("input":"x")");

  ASSERT_EQ(told.size(), 7U);
  EXPECT_EQ(told[2].at("item").at("type"), "function_call");
  EXPECT_EQ(told[2].at("output_index"), 0);
  EXPECT_EQ(told[2].at("item").at("arguments"), "");
  EXPECT_EQ(told[3].at("delta"), R"({"a":1})");
  EXPECT_EQ(told[4].at("arguments"), R"({"a":1})");
  EXPECT_EQ(told[5].at("item").at("call_id"), "c1");
  EXPECT_EQ(told[6].at("response").at("output").as_array().size(), 1U);
}

TEST_F(OpenAiResponses, say_why_an_answer_is_not_whole) {
  completions.answer.finish_reason = "length";

  auto whole = parsed(ask(R"("input":"x")").body);
  auto told = events(R"("input":"x")");

  EXPECT_EQ(whole.at("status"), "incomplete");
  EXPECT_EQ(whole.at("incomplete_details").at("reason"), "max_output_tokens");
  EXPECT_EQ(told.back().at("type"), "response.incomplete");
}

TEST_F(OpenAiResponses, tell_a_late_failure_as_events) {
  completions.failure = Error{.code = ErrorCode::unavailable, .message = "The model is down"};

  auto told = events(R"("input":"x")");

  ASSERT_GE(told.size(), 2U);
  const auto& failed = told[told.size() - 2];
  EXPECT_EQ(failed.at("type"), "response.failed");
  EXPECT_EQ(failed.at("response").at("error").at("message"), "The model is down");
  EXPECT_EQ(told.back().at("type"), "error");
  EXPECT_EQ(told.back().at("error").at("type"), "server_error");
}

}  // namespace
}  // namespace aiva::http
