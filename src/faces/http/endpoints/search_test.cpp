#include "faces/http/endpoints/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include "foundation/time.h"

namespace aiva::http {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// A search that answers one prepared hit and remembers what it was asked.
class PreparedSearch final : public search::Search {
 public:
  Task<Result<search::SearchAnswer>> search(CallContext, search::SearchRequest request) override {
    asked.push_back(std::move(request));
    hit.chunk.knowledge_base = asked.back().knowledge_base;
    hit.chunk.text = "Refunds are \"paid\".";
    hit.chunk.document_name = "Handbook.pdf";
    hit.chunk.file_type = "pdf";
    hit.chunk.page_first = 2;
    hit.chunk.page_last = 4;
    hit.chunk.document_metadata = R"({"team":"support"})";
    search::SearchAnswer answer{.total_found = 7, .query_tokens = 4, .embedding_model = "m"};
    answer.hits.push_back(hit);
    co_return answer;
  }

  search::TextHit hit{
      .score = 0.75, .cosine = 0.5, .vector_rank = 2, .highlight = "Paid.", .highlight_page = 3};
  std::vector<search::SearchRequest> asked;
};

class SearchEndpoint : public testing::Test {
 protected:
  Result<json::Value> post(std::string body, std::size_t route = 0) {
    Request request;
    request.method = Method::post;
    request.body = std::move(body);
    auto routes = search_routes(search_);
    auto response = sync_wait(routes.at(route).handler({}, request));
    if (!response) return fail(std::move(response.error()));
    EXPECT_EQ(response->status, 200);
    return json::parse(response->body);
  }

  std::vector<std::string> fields_refused(std::string body) {
    auto answer = post(std::move(body));
    std::vector<std::string> fields;
    EXPECT_FALSE(answer);
    if (!answer)
      for (auto& detail : answer.error().details) fields.push_back(detail.field);
    return fields;
  }

  PreparedSearch search_;
  std::string base_ = KnowledgeBaseId::make().to_string();
};

TEST_F(SearchEndpoint, answers_in_the_shape_of_the_contract) {
  auto answer = post(R"({"query":"refunds","kb_id":")" + base_ + "\"}");

  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->at("success").as_bool());
  const auto& data = answer->at("data").as_object();
  EXPECT_EQ(data.at("total_found"), 7);
  EXPECT_EQ(data.at("returned"), 1);
  EXPECT_EQ(data.at("cached"), false);
  EXPECT_TRUE(data.at("image_results").as_array().empty());
  const auto& hit = data.at("text_results").at(0).as_object();
  EXPECT_EQ(hit.at("type"), "text");
  EXPECT_EQ(hit.at("kb_id").as_string(), base_);
  EXPECT_EQ(hit.at("content"), "Refunds are \"paid\".");
  EXPECT_EQ(hit.at("highlight"), "Paid.");
  EXPECT_EQ(hit.at("source").at("page"), 3);
  EXPECT_EQ(hit.at("source").at("page_last"), 4);
  EXPECT_EQ(hit.at("source").at("metadata").at("team"), "support");
  EXPECT_EQ(hit.at("scoring_details").at("cosine_similarity"), 0.5);
  EXPECT_EQ(hit.at("scoring_details").at("vector_rank"), 2);
  EXPECT_TRUE(hit.at("scoring_details").at("bm25").is_null());
  EXPECT_TRUE(hit.at("scoring_details").at("keyword_rank").is_null());
}

TEST_F(SearchEndpoint, passes_the_request_on_under_both_paths) {
  for (std::size_t route : {0U, 1U})
    ASSERT_TRUE(
        post(R"({"query":"q","top_k":9,"search_type":"text","kb_id":")" + base_ + "\"}", route));

  ASSERT_THAT(search_.asked, SizeIs(2));
  for (const auto& asked : search_.asked) {
    EXPECT_EQ(asked.knowledge_base.to_string(), base_);
    EXPECT_EQ(asked.query, "q");
    EXPECT_EQ(asked.top_k, 9);
    EXPECT_EQ(asked.type, search::SearchType::text);
    EXPECT_TRUE(asked.is_billed);
  }
}

TEST_F(SearchEndpoint, takes_one_knowledge_base_or_many) {
  auto other = KnowledgeBaseId::make().to_string();
  ASSERT_TRUE(post(R"({"query":"q","kb_ids":[")" + base_ + R"(",")" + other + "\"]}"));
  ASSERT_TRUE(post(R"({"query":"q","kb_id":null,"kb_ids":[")" + base_ + "\"]}"));

  EXPECT_EQ(search_.asked.at(0).knowledge_base.to_string(), base_);
  ASSERT_THAT(search_.asked.at(0).other_bases, SizeIs(1));
  EXPECT_EQ(search_.asked.at(0).other_bases.front().to_string(), other);
  EXPECT_THAT(search_.asked.at(1).other_bases, SizeIs(0));
  std::string too_many;
  for (int i = 0; i < 101; ++i) too_many += (i > 0 ? ",\"" : "\"") + base_ + "\"";
  for (const auto& wrong : {std::string("[]"), std::string("7"), std::string("[7]"),
                            std::string(R"(["x"])"), "[" + too_many + "]"})
    EXPECT_THAT(fields_refused(R"({"query":"q","kb_ids":)" + wrong + "}"), ElementsAre("kb_ids"))
        << wrong;
  EXPECT_THAT(
      fields_refused(R"({"query":"q","kb_id":")" + base_ + R"(","kb_ids":[")" + base_ + "\"]}"),
      ElementsAre("kb_ids"));
}

TEST_F(SearchEndpoint, defaults_to_five_hybrid_results) {
  ASSERT_TRUE(post(R"({"query":"q","kb_id":")" + base_ + "\",\"image\":null,\"filters\":{}}"));

  EXPECT_EQ(search_.asked.at(0).top_k, 5);
  EXPECT_EQ(search_.asked.at(0).type, search::SearchType::hybrid);
}

TEST_F(SearchEndpoint, passes_the_wanted_metadata_on) {
  ASSERT_TRUE(
      post(R"({"query":"q","filters":{"metadata":{"year":2024}},"kb_id":")" + base_ + "\"}"));

  EXPECT_EQ(search_.asked.at(0).filter.metadata.at("year"), 2024);
}

TEST_F(SearchEndpoint, passes_every_filter_on) {
  auto document = DocumentId::make();
  ASSERT_TRUE(post(R"({"query":"q","kb_id":")" + base_ + R"(","filters":{"document_ids":[")" +
                   document.to_string() + R"("],"tags":["a"],"chunk_types":["table"],)" +
                   R"("page_min":2,"page_max":9,"created_from":"2025-01-31T00:00:00Z"}})"));

  const auto& filter = search_.asked.at(0).filter;
  EXPECT_THAT(filter.documents, ElementsAre(document));
  EXPECT_THAT(filter.tags, ElementsAre("a"));
  EXPECT_THAT(filter.kinds, ElementsAre(PassageKind::table));
  EXPECT_EQ(filter.page_min, 2);
  EXPECT_EQ(filter.page_max, 9);
  EXPECT_EQ(filter.created_from, parse_iso8601("2025-01-31T00:00:00Z"));
  EXPECT_FALSE(filter.created_until);
}

TEST_F(SearchEndpoint, names_every_wrong_filter) {
  EXPECT_THAT(fields_refused(R"({"query":"q","kb_id":")" + base_ +
                             R"(","filters":{"document_ids":["x"],"tags":[1],"page_min":0,)" +
                             R"("chunk_types":["image"],"created_until":"today","what":1}})"),
              testing::UnorderedElementsAre("filters.document_ids", "filters.tags",
                                            "filters.page_min", "filters.chunk_types",
                                            "filters.created_until", "filters.what"));
}

TEST_F(SearchEndpoint, passes_every_ranking_option_on) {
  ASSERT_TRUE(post(R"({"query":"q","fusion":"weighted","weights":{"vector":2,"keyword":0.5},)"
                   R"("mmr":{"lambda":0.25},"recency":{"half_life_days":90,"weight":0.3,)"
                   R"("field":"published"},"boosts":{"tags":{"faq":1.5},"metadata":[{"match":)"
                   R"({"year":{"gte":2024}},"factor":2}]},"explain":true,"return":"section",)"
                   R"("section_tokens":300,"kb_id":")" +
                   base_ + "\"}"));
  ASSERT_TRUE(post(R"({"query":"q","mmr":null,"section_tokens":300,"kb_id":")" + base_ + "\"}"));

  const auto& asked = search_.asked.at(0);
  EXPECT_EQ(asked.ranking.fusion, search::Fusion::weighted);
  EXPECT_EQ(asked.ranking.weights.value().vector, 2);
  EXPECT_EQ(asked.ranking.weights.value().keyword, 0.5);
  EXPECT_EQ(asked.ranking.mmr_lambda, 0.25);
  EXPECT_EQ(asked.ranking.recency.value().half_life_days, 90);
  EXPECT_EQ(asked.ranking.recency.value().weight, 0.3);
  EXPECT_EQ(asked.ranking.recency.value().field, "published");
  ASSERT_THAT(asked.ranking.tag_boosts, SizeIs(1));
  EXPECT_EQ(asked.ranking.tag_boosts[0].tag, "faq");
  EXPECT_EQ(asked.ranking.tag_boosts[0].factor, 1.5);
  ASSERT_THAT(asked.ranking.metadata_boosts, SizeIs(1));
  EXPECT_EQ(asked.ranking.metadata_boosts[0].match.at("year").at("gte"), 2024);
  EXPECT_EQ(asked.ranking.metadata_boosts[0].factor, 2);
  EXPECT_TRUE(asked.explain);
  EXPECT_EQ(asked.section_tokens_max, 300);
  const auto& plain = search_.asked.at(1);
  EXPECT_FALSE(plain.ranking.reorders());
  EXPECT_FALSE(plain.ranking.weights);
  EXPECT_FALSE(plain.explain);
  EXPECT_EQ(plain.section_tokens_max, 0);
}

TEST_F(SearchEndpoint, names_every_wrong_ranking_option) {
  EXPECT_THAT(fields_refused(R"({"query":"q","kb_id":")" + base_ +
                             R"(","fusion":"max","weights":{"vector":11,"words":1},"mmr":{},)"
                             R"("recency":{"weight":2,"days":3},"boosts":{"tags":{"faq":"much"},)"
                             R"("metadata":[{"match":7,"factor":0},3],"more":{}},"explain":"yes",)"
                             R"("return":"page","section_tokens":5})"),
              testing::UnorderedElementsAre("fusion", "weights.vector", "weights.words",
                                            "mmr.lambda", "recency.weight", "recency.days",
                                            "boosts.tags.faq", "boosts.metadata.0.match",
                                            "boosts.metadata.0.factor", "boosts.metadata.1",
                                            "boosts.more", "explain", "return", "section_tokens"));
}

TEST_F(SearchEndpoint, tells_what_made_a_score_and_the_section) {
  search_.hit.fused_score = 0.5;
  search_.hit.boost = 1.5;
  search_.hit.mmr_penalty = 0.25;
  search_.hit.words = {{.word = "refund", .term = "refunds", .body = 2, .rarity = 1.5F}};
  search_.hit.section = search::HitSection{.text = "All of it.", .index_last = 4};

  auto plain = post(R"({"query":"q","kb_id":")" + base_ + "\"}");
  auto explained = post(R"({"query":"q","explain":true,"kb_id":")" + base_ + "\"}");

  ASSERT_TRUE(plain && explained);
  const auto& hit = explained->at("data").at("text_results").at(0);
  EXPECT_EQ(hit.at("content"), "All of it.");
  EXPECT_EQ(hit.at("section").at("chunk_index_last"), 4);
  const auto& details = hit.at("scoring_details").as_object();
  EXPECT_EQ(details.at("fused_score"), 0.5);
  EXPECT_EQ(details.at("boost"), 1.5);
  EXPECT_EQ(details.at("recency"), 1.0);
  EXPECT_EQ(details.at("mmr_penalty"), 0.25);
  EXPECT_EQ(details.at("keywords").at(0).at("term"), "refunds");
  EXPECT_EQ(details.at("keywords").at(0).at("frequency").at("text"), 2);
  EXPECT_EQ(details.at("keywords").at(0).at("idf"), 1.5);
  EXPECT_FALSE(plain->at("data")
                   .at("text_results")
                   .at(0)
                   .at("scoring_details")
                   .as_object()
                   .contains("keywords"));
}

TEST_F(SearchEndpoint, names_every_wrong_field) {
  EXPECT_THAT(fields_refused("[]"), ElementsAre("body"));
  EXPECT_THAT(fields_refused("{}"), ElementsAre("kb_id", "query"));
  EXPECT_THAT(fields_refused(R"({"kb_id":"x","query":7,"top_k":0,"search_type":"fast"})"),
              ElementsAre("kb_id", "query", "top_k", "search_type"));
  EXPECT_THAT(
      fields_refused(R"({"query":"q","image":"data:","filters":{"a":1},"kb_id":")" + base_ + "\"}"),
      ElementsAre("image", "filters.a"));
  EXPECT_TRUE(search_.asked.empty());
}

}  // namespace
}  // namespace aiva::http
