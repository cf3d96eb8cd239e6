#include "faces/http/endpoints/openai_embeddings.h"
#include "faces/http/endpoints/openai_fixture.h"
#include "faces/http/endpoints/openai_models.h"
#include "foundation/crypto.h"

namespace aiva::http {
namespace {

// Gives every text the vector (1, 0.5).
class PreparedVectors final : public embeddings::TextVectors {
 public:
  std::optional<std::string> model() const override { return "m1"; }
  Task<Result<embeddings::VectorAnswer>> embed(CallContext,
                                               embeddings::VectorRequest request) override {
    asked.push_back(request);
    if (request.model != "m1") co_return fail(ErrorCode::not_found, "There is no such model");
    embeddings::VectorAnswer answer;
    answer.vectors = {.model = "m1", .dimension = 2, .values = {}, .tokens = 7};
    for (std::size_t i = 0; i < request.texts.size(); ++i)
      answer.vectors.values.insert(answer.vectors.values.end(), {1.0F, 0.5F});
    co_return answer;
  }
  std::vector<embeddings::VectorRequest> asked{};
};

Task<Result<std::vector<ServedModel>>> two_agents(CallContext) {
  std::vector<ServedModel> served;
  served.push_back({.id = "helper", .created_at = 5000});
  served.push_back({.id = "seller", .created_at = 6000});
  co_return served;
}

Task<Result<ServedModel>> find_agent(CallContext, std::string name) {
  if (name == "sleeping") co_return fail(ErrorCode::conflict, "The agent is switched off");
  if (name != "helper") co_return fail(ErrorCode::not_found, "There is no such agent");
  co_return ServedModel{.id = "helper", .created_at = 5000};
}

class OpenAiVectors : public OpenAiFixture {
 protected:
  void SetUp() override {
    auto routes = openai_embedding_routes(vectors);
    for (auto& route : openai_model_routes(
             {.list_agents = two_agents, .find_agent = find_agent, .embedding_model = "m1"}))
      routes.push_back(std::move(route));
    serve(std::move(routes));
  }
  testing::RawResponse embed(const std::string& members) {
    return post("/v1/embeddings", R"({"model":"m1",)" + members + "}");
  }
  PreparedVectors vectors;
};

TEST_F(OpenAiVectors, come_as_numbers) {
  auto response = embed(R"("input":["a","b"],"dimensions":2,"user":"u")");

  ASSERT_EQ(response.status, 200) << response.body;
  auto body = parsed(response.body);
  EXPECT_EQ(body.at("object"), "list");
  ASSERT_EQ(body.at("data").as_array().size(), 2U);
  EXPECT_EQ(body.at("data").at(1).at("index"), 1);
  EXPECT_EQ(body.at("data").at(1).at("embedding").at(1), 0.5);
  EXPECT_EQ(body.at("usage").at("prompt_tokens"), 7);
  EXPECT_EQ(vectors.asked.at(0).texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(vectors.asked.at(0).dimension, 2U);
}

TEST_F(OpenAiVectors, come_as_base64) {
  auto body = parsed(embed(R"("input":"a","encoding_format":"base64")").body);

  auto bytes = from_base64(std::string_view(body.at("data").at(0).at("embedding").as_string()));
  ASSERT_TRUE(bytes);
  ASSERT_EQ(bytes->size(), 8U);
  float second = 0;
  std::memcpy(&second, bytes->data() + 4, 4);
  EXPECT_EQ(second, 0.5F);
}

TEST_F(OpenAiVectors, are_refused_by_name) {
  auto mistake = [this](const std::string& members) {
    auto response = embed(members);
    EXPECT_EQ(response.status, 400) << response.body;
    return std::string(error_of(response).at("message").as_string());
  };

  EXPECT_EQ(mistake(R"("input":[1,2])"), "input: tokens are not supported here; send the text");
  EXPECT_EQ(mistake(R"("input":[[1]])"), "input: tokens are not supported here; send the text");
  EXPECT_EQ(mistake(R"("input":{})"), "input: must be an array");
  EXPECT_EQ(mistake(R"("user":"u")"), "input: is required");
  EXPECT_EQ(mistake(R"("input":"a","encoding_format":"int8")"),
            "encoding_format: must be float or base64");
  EXPECT_EQ(mistake(R"("input":"a","truncate":true)"), "truncate: is not supported here");
  auto other = post("/v1/embeddings", R"({"model":"m2","input":"a"})");
  EXPECT_EQ(other.status, 404);
  EXPECT_EQ(error_of(other).at("code"), "model_not_found");
}

TEST_F(OpenAiVectors, and_agents_are_listed_as_models) {
  auto list = parsed(get("/v1/models").body);
  auto agent = parsed(get("/v1/models/helper").body);
  auto model = parsed(get("/v1/models/m1").body);
  auto unknown = get("/v1/models/nobody");
  auto sleeping = get("/v1/models/sleeping");

  ASSERT_EQ(list.at("data").as_array().size(), 3U);
  EXPECT_EQ(list.at("data").at(1).at("id"), "seller");
  EXPECT_EQ(list.at("data").at(2).at("id"), "m1");
  EXPECT_EQ(agent.at("object"), "model");
  EXPECT_EQ(agent.at("created"), 5);
  EXPECT_EQ(model.at("id"), "m1");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(error_of(unknown).at("code"), "model_not_found");
  EXPECT_EQ(sleeping.status, 404);
}

}  // namespace
}  // namespace aiva::http
