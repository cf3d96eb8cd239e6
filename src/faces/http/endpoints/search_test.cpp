#include "faces/http/endpoints/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "faces/http/endpoints/commerce_fixture.h"
#include "foundation/crypto.h"
#include "foundation/time.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::http {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

// A search that answers one prepared hit and remembers what it was asked.
class PreparedSearch final : public search::Search {
 public:
  Task<Result<search::SearchAnswer>> search(CallContext, search::SearchRequest request) override {
    asked.push_back(std::move(request));
    if (failure) co_return fail(*failure);
    hit.chunk.knowledge_base = asked.back().knowledge_base;
    hit.chunk.text = "Refunds are \"paid\".";
    hit.chunk.document_name = "Handbook.pdf";
    hit.chunk.file_type = "pdf";
    hit.chunk.page_first = 2;
    hit.chunk.page_last = 4;
    hit.chunk.document_metadata = R"({"team":"support"})";
    search::SearchAnswer answer{.total_found = 7, .query_tokens = 4, .embedding_model = "m"};
    answer.timings = {.embedding_ms = 4, .vector_ms = 3, .keyword_ms = 2, .fetch_ms = 1};
    answer.is_reranked = true;
    answer.hits.push_back(hit);
    co_return answer;
  }
  Task<Result<std::int64_t>> forget_answers(CallContext, KnowledgeBaseId) override {
    co_return fail(internal_error("Nothing is kept here"));
  }

  search::TextHit hit{.score = 0.75,
                      .cosine = 0.5,
                      .vector_rank = 2,
                      .rerank_score = 0.625,
                      .highlight = "Paid.",
                      .highlight_page = 3};
  std::optional<Error> failure;
  std::vector<search::SearchRequest> asked;
};

// Images of which one is found, and which remember what they were asked.
class PreparedImages final : public images::Images {
 public:
  Task<Result<images::ImageAnswer>> search(CallContext, images::ImageQuery query) override {
    if (query.picture) {
      std::ifstream file(*query.picture, std::ios::binary);
      pictures.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
      files.push_back(*query.picture);
    }
    asked.push_back(std::move(query));
    if (failure) co_return fail(*failure);
    images::ImageAnswer answer{
        .image_model = "eye", .images_searched = 3, .search_time_ms = 12.5, .base_cost = 0};
    answer.hits.push_back({.image = {.id = ImageId::make(), .filename = "lamp.png"}, .score = 0.5});
    co_return answer;
  }
  [[nodiscard]] bool compares_texts_with_pictures() const override { return false; }
  Task<Result<std::vector<KnowledgeBaseId>>> with_images(
      CallContext, std::vector<KnowledgeBaseId> bases) override {
    looked_for.push_back(bases);
    if (list_failure) co_return fail(*list_failure);
    std::erase_if(bases, [this](auto base) { return base.to_string() != base_with_images; });
    co_return bases;
  }

  Task<Result<images::AddedImage>> add(CallContext, KnowledgeBaseId, images::NewImage) override {
    co_return fail(not_here());
  }
  Task<Result<images::Image>> get(CallContext, ImageId) override { co_return fail(not_here()); }
  Task<Result<knowledge::PageOf<images::Image>>> list(CallContext, KnowledgeBaseId,
                                                      ListFilter) override {
    co_return fail(not_here());
  }
  Task<Result<images::ImageStatistics>> statistics(CallContext, KnowledgeBaseId) override {
    co_return fail(not_here());
  }
  Task<Result<void>> remove(CallContext, ImageId) override { co_return fail(not_here()); }
  Task<Result<images::ImageFile>> file(CallContext, KnowledgeBaseId, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<JobOutcome>> run(CallContext, Job) override { co_return fail(not_here()); }
  Task<Result<std::int64_t>> sweep_files(CallContext) override { co_return fail(not_here()); }
  Task<Result<std::int64_t>> remove_old_searches(CallContext, std::chrono::days) override {
    co_return fail(not_here());
  }

  std::string base_with_images;
  std::optional<Error> failure;
  std::optional<Error> list_failure;
  std::vector<images::ImageQuery> asked;
  std::vector<std::vector<KnowledgeBaseId>> looked_for;
  std::vector<std::string> pictures;
  std::vector<std::filesystem::path> files;

 private:
  static Error not_here() { return internal_error("These images do not do this"); }
};

class SearchEndpoint : public testing::Test {
 protected:
  Result<json::Value> post(std::string body, std::size_t route = 0) {
    Request request;
    request.method = Method::post;
    request.body = std::move(body);
    auto routes = search_routes({.search = search_,
                                 .images = images_,
                                 .products = products_,
                                 .staging_folder = folder_.path(),
                                 .files = files_});
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

  json::Object data(std::string body) {
    auto answer = post(std::move(body));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->at("data").as_object() : json::Object{};
  }
  [[nodiscard]] std::string body(const std::string& fields) const {
    return R"({"kb_id":")" + base_ + "\"," + fields + "}";
  }

  TemporaryFolder folder_;
  ThreadPool files_{{.name = "files"}};
  PreparedSearch search_;
  PreparedImages images_;
  PreparedProducts products_;
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
  EXPECT_EQ(data.at("reranked"), true);
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
  EXPECT_EQ(hit.at("scoring_details").at("rerank_score"), 0.625);
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
  EXPECT_EQ(details.at("recency"), 1);
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

TEST_F(SearchEndpoint, finds_passages_and_images_where_there_are_images) {
  images_.base_with_images = base_;
  auto other = KnowledgeBaseId::make().to_string();
  auto found = data(R"({"query":"lamps","top_k":3,"kb_ids":[")" + other + R"(",")" + base_ +
                    R"("],"explain":true})");

  EXPECT_EQ(found.at("search_type"), "hybrid");
  EXPECT_EQ(found.at("text_results").as_array().size(), 1U);
  ASSERT_EQ(found.at("image_results").as_array().size(), 1U);
  EXPECT_EQ(found.at("image_results").at(0).at("filename"), "lamp.png");
  EXPECT_EQ(found.at("total_found"), 8);
  EXPECT_EQ(found.at("returned"), 2);
  EXPECT_EQ(found.at("images_searched"), 3);
  EXPECT_EQ(found.at("timings").at("images_ms"), 12.5);
  EXPECT_EQ(found.at("search_time_ms"), 12.5) << "the longer half's";
  EXPECT_TRUE(found.at("warnings").as_array().empty());
  EXPECT_TRUE(found.at("product_results").as_array().empty());
  ASSERT_THAT(images_.asked, SizeIs(1));
  const auto& asked = images_.asked.front();
  EXPECT_EQ(asked.knowledge_base.to_string(), base_);
  EXPECT_THAT(asked.other_bases, SizeIs(0));
  EXPECT_EQ(asked.text, "lamps");
  EXPECT_EQ(asked.top_k, 3);
  EXPECT_TRUE(asked.is_part);
  EXPECT_TRUE(asked.is_billed);
}

TEST_F(SearchEndpoint, looks_for_no_images_where_there_are_none_or_none_are_wanted) {
  auto hybrid = data(body(R"("query":"lamps")"));
  images_.base_with_images = base_;
  auto text = data(body(R"("query":"lamps","search_type":"text")"));
  auto filtered = data(body(R"("query":"lamps","filters":{"tags":["a"]})"));

  for (const auto& found : {hybrid, text, filtered}) {
    EXPECT_EQ(found.at("text_results").as_array().size(), 1U);
    EXPECT_TRUE(found.at("image_results").as_array().empty());
    EXPECT_TRUE(found.at("timings").at("images_ms").is_null());
  }
  EXPECT_TRUE(hybrid.at("warnings").as_array().empty());
  ASSERT_EQ(filtered.at("warnings").as_array().size(), 1U);
  EXPECT_EQ(filtered.at("warnings").at(0).at("part"), "images");
  EXPECT_THAT(images_.asked, SizeIs(0));
  EXPECT_THAT(images_.looked_for, SizeIs(2));
}

TEST_F(SearchEndpoint, answers_passages_when_images_fail) {
  images_.base_with_images = base_;
  images_.failure = Error{.code = ErrorCode::unavailable, .message = "No model"};
  auto failed = data(body(R"("query":"lamps")"));
  images_.list_failure = Error{.code = ErrorCode::unavailable, .message = "No rows"};
  auto blind = data(body(R"("query":"lamps")"));

  EXPECT_EQ(failed.at("text_results").as_array().size(), 1U);
  EXPECT_EQ(failed.at("warnings").at(0).at("message"), "No model");
  EXPECT_EQ(blind.at("text_results").as_array().size(), 1U);
  EXPECT_EQ(blind.at("warnings").at(0).at("message"), "No rows");
}

TEST_F(SearchEndpoint, fails_when_passages_fail) {
  images_.base_with_images = base_;
  search_.failure = Error{.code = ErrorCode::not_found, .message = "None"};

  auto answer = post(body(R"("query":"lamps")"));

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
}

TEST_F(SearchEndpoint, looks_for_a_picture) {
  images_.base_with_images = base_;
  auto picture = to_base64("a picture");
  auto found =
      data(body(R"("search_type":"image","image":"data:image/png;base64,)" + picture + "\""));
  data(body(R"("query":"lamps","image":")" + picture + "\""));
  data(body(R"("query":"lamps","search_type":"image")"));

  EXPECT_EQ(found.at("search_type"), "image");
  EXPECT_TRUE(found.at("text_results").as_array().empty());
  EXPECT_EQ(found.at("image_results").as_array().size(), 1U);
  EXPECT_EQ(found.at("embedding_model"), "eye");
  EXPECT_EQ(found.at("used_vectors"), false);
  EXPECT_THAT(images_.pictures, ElementsAre("a picture", "a picture"));
  for (const auto& file : images_.files) EXPECT_FALSE(std::filesystem::exists(file));
  ASSERT_THAT(images_.asked, SizeIs(3));
  EXPECT_FALSE(images_.asked[0].is_part);
  EXPECT_TRUE(images_.asked[1].is_part);
  EXPECT_EQ(images_.asked[1].text, "lamps");
  EXPECT_FALSE(images_.asked[2].picture);
  EXPECT_THAT(search_.asked, SizeIs(1)) << "only the second one is about passages";
}

TEST_F(SearchEndpoint, refuses_what_does_not_go_with_images) {
  EXPECT_THAT(fields_refused(body(R"("search_type":"image")")), ElementsAre("query"));
  EXPECT_THAT(fields_refused(body(R"("image":"AAAA")")), ElementsAre("query"));
  EXPECT_THAT(fields_refused(body(R"("query":"q","search_type":"image","filters":{},)"
                                  R"("mmr":{"lambda":1},"explain":true)")),
              testing::UnorderedElementsAre("filters", "mmr", "explain"));
  EXPECT_THAT(fields_refused(body(R"("query":"q","image":"not base64!")")), ElementsAre("image"));
  EXPECT_THAT(fields_refused(body(R"("query":"q","search_type":"product","explain":true)")),
              ElementsAre("explain"));
  auto large = post(
      body(R"("query":"q","image":")" + to_base64(std::string(10 * 1024 * 1024 + 1, 'x')) + "\""));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::too_large);
  EXPECT_THAT(images_.asked, SizeIs(0));
}

TEST_F(SearchEndpoint, finds_products_beside_passages_where_there_are_any) {
  auto none = data(body(R"("query":"lamps")"));
  products_.base_with_products = base_;
  auto found = data(body(R"("query":"lamps","top_k":3)"));
  auto filtered = data(body(R"("query":"lamps","filters":{"tags":["a"]})"));

  EXPECT_TRUE(none.at("product_results").as_array().empty());
  EXPECT_TRUE(none.at("timings").at("products_ms").is_null());
  ASSERT_EQ(found.at("product_results").as_array().size(), 1U);
  EXPECT_EQ(found.at("product_results").at(0).at("product").at("title"), "Lamp");
  EXPECT_EQ(found.at("total_found"), 11) << "seven passages and four products";
  EXPECT_EQ(found.at("returned"), 2);
  EXPECT_EQ(found.at("products_searched"), 9);
  EXPECT_EQ(found.at("timings").at("products_ms"), 20);
  EXPECT_EQ(found.at("search_time_ms"), 20);
  EXPECT_EQ(filtered.at("warnings").at(0).at("part"), "products");
  ASSERT_THAT(products_.asked, SizeIs(1));
  EXPECT_EQ(products_.asked.front().text, "lamps");
  EXPECT_EQ(products_.asked.front().limit, 3);
  EXPECT_FALSE(products_.asked.front().is_billed) << "the search for passages is";
}

TEST_F(SearchEndpoint, finds_products_alone) {
  auto picture = to_base64("a picture");
  auto found = data(body(R"("query":"lamps","search_type":"product")"));
  data(body(R"("search_type":"product","image":")" + picture + "\""));

  EXPECT_EQ(found.at("search_type"), "product");
  EXPECT_EQ(found.at("total_found"), 4);
  EXPECT_EQ(found.at("embedding_model"), "m");
  EXPECT_TRUE(found.at("text_results").as_array().empty());
  EXPECT_EQ(found.at("product_results").as_array().size(), 1U);
  EXPECT_THAT(products_.pictures, ElementsAre("a picture"));
  EXPECT_TRUE(products_.asked.front().is_billed);
  EXPECT_TRUE(search_.asked.empty());
}

TEST_F(SearchEndpoint, answers_passages_when_products_fail) {
  products_.base_with_products = base_;
  products_.failure = Error{.code = ErrorCode::unavailable, .message = "No index"};
  auto found = data(body(R"("query":"lamps")"));

  EXPECT_EQ(found.at("text_results").as_array().size(), 1U);
  EXPECT_EQ(found.at("warnings").at(0).at("part"), "products");
  EXPECT_EQ(found.at("warnings").at(0).at("message"), "No index");
}

TEST_F(SearchEndpoint, tells_where_the_time_went) {
  auto found = data(body(R"("query":"lamps")"));

  EXPECT_EQ(found.at("timings").at("embedding_ms"), 4);
  EXPECT_EQ(found.at("timings").at("vector_ms"), 3);
  EXPECT_EQ(found.at("timings").at("keyword_ms"), 2);
  EXPECT_EQ(found.at("timings").at("fetch_ms"), 1);
}

TEST_F(SearchEndpoint, names_every_wrong_field) {
  EXPECT_THAT(fields_refused("[]"), ElementsAre("body"));
  EXPECT_THAT(fields_refused("{}"), ElementsAre("kb_id", "query"));
  EXPECT_THAT(fields_refused(R"({"kb_id":"x","query":7,"top_k":0,"search_type":"fast"})"),
              ElementsAre("kb_id", "query", "top_k", "search_type"));
  EXPECT_THAT(
      fields_refused(body(R"("query":"q","search_type":"text","image":"data:","filters":{"a":1})")),
      ElementsAre("image", "filters.a"));
  EXPECT_TRUE(search_.asked.empty());
}

}  // namespace
}  // namespace aiva::http
