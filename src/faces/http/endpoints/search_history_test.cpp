#include "faces/http/endpoints/search_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "foundation/json.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using testing::SizeIs;

constexpr UnixMs new_year = 1735689600000;  // 2025-01-01T00:00:00Z

// Answers prepared figures and remembers what it was asked.
class PreparedHistory final : public search::History {
 public:
  Task<Result<knowledge::PageOf<search::PastSearch>>> searches(
      CallContext, KnowledgeBaseId base, search::HistoryFilter filter) override {
    asked_base = base;
    asked = filter;
    knowledge::PageOf<search::PastSearch> page{.items = {}, .total = 41};
    page.items.push_back({.id = "s",
                          .query = "where is \"my\" parcel",
                          .type = "hybrid",
                          .base_cost = 500,
                          .is_cached = true,
                          .created_at = new_year});
    co_return page;
  }
  Task<Result<search::SearchAnalytics>> analytics(CallContext, KnowledgeBaseId base,
                                                  int days) override {
    asked_base = base;
    asked_days = days;
    search::SearchAnalytics found{.from = new_year, .until = new_year + 1};
    found.all = {.count = 4, .cached = 1, .without_results = 2, .time_ms = 10, .base_cost = 2000};
    found.days.push_back({.begin = new_year, .figures = found.all});
    found.hours[13] = found.all;
    found.types.push_back({.type = "text", .figures = found.all});
    found.latency.p99_ms = 9;
    found.top_questions.push_back({.question = "refunds", .count = 3, .last_asked_at = new_year});
    co_return found;
  }
  Task<Result<std::int64_t>> remove_older(CallContext, std::chrono::days) override { co_return 0; }

  KnowledgeBaseId asked_base{};
  search::HistoryFilter asked{};
  int asked_days = 0;
};

class SearchHistoryEndpoints : public testing::Test {
 protected:
  Result<json::Value> get(std::string_view ending,
                          std::vector<std::pair<std::string, std::string>> query = {}) {
    Request request;
    request.path_parameters = {{"kbId", base_.to_string()}};
    request.query = std::move(query);
    for (auto& route : search_history_routes(history_)) {
      if (!route.path.ends_with(ending)) continue;
      auto response = sync_wait(route.handler({}, request));
      if (!response) return fail(std::move(response.error()));
      return json::parse(response->body);
    }
    return fail(ErrorCode::not_found, "No such route");
  }
  std::string field_refused(std::string_view ending, std::string name, std::string value) {
    auto answer = get(ending, {{std::move(name), std::move(value)}});
    if (answer || answer.error().details.empty()) return "";
    return answer.error().details.front().field;
  }

  PreparedHistory history_;
  KnowledgeBaseId base_ = KnowledgeBaseId::make();
};

TEST_F(SearchHistoryEndpoints, list_searches_in_the_shape_of_other_lists) {
  auto answer = get(
      "/api/knowledge/:kbId/searches",
      {{"limit", "7"}, {"page", "2"}, {"no_results", "true"}, {"from", "2025-01-01T00:00:00Z"}});

  ASSERT_TRUE(answer);
  EXPECT_EQ(history_.asked_base, base_);
  EXPECT_EQ(history_.asked.page.limit, 7);
  EXPECT_EQ(history_.asked.page.page, 2);
  EXPECT_TRUE(history_.asked.is_without_results);
  EXPECT_EQ(history_.asked.from, new_year);
  EXPECT_FALSE(history_.asked.until);
  const auto& data = answer->at("data").as_object();
  EXPECT_EQ(data.at("total"), 41);
  const auto& item = data.at("items").at(0).as_object();
  EXPECT_EQ(item.at("query"), "where is \"my\" parcel");
  EXPECT_EQ(item.at("base_cost"), 0.0005);
  EXPECT_EQ(item.at("cached"), true);
  EXPECT_TRUE(item.at("user_id").is_null());
  EXPECT_TRUE(item.at("session_id").is_null());
  EXPECT_EQ(item.at("created_at"), "2025-01-01T00:00:00.000Z");
}

TEST_F(SearchHistoryEndpoints, give_the_figures_with_their_shares) {
  auto answer = get("/api/knowledge/:kbId/analytics");

  ASSERT_TRUE(answer);
  EXPECT_EQ(history_.asked_days, 30);
  const auto& data = answer->at("data").as_object();
  EXPECT_EQ(data.at("searches"), 4);
  EXPECT_EQ(data.at("cached_share"), 0.25);
  EXPECT_EQ(data.at("without_results_share"), 0.5);
  EXPECT_EQ(data.at("base_cost"), 0.002);
  EXPECT_EQ(data.at("latency_ms").at("is_exact"), true);
  EXPECT_EQ(data.at("latency_ms").at("all").at("p99"), 9);
  EXPECT_EQ(data.at("by_day").at(0).at("date"), "2025-01-01");
  EXPECT_THAT(data.at("by_hour").as_array(), SizeIs(24));
  EXPECT_EQ(data.at("by_hour").at(13).at("mean_ms"), 2.5);
  EXPECT_EQ(data.at("by_type").at(0).at("search_type"), "text");
  EXPECT_EQ(data.at("top_queries").at(0).at("query"), "refunds");
  EXPECT_THAT(data.at("no_result_queries").as_array(), SizeIs(0));
}

TEST_F(SearchHistoryEndpoints, name_what_is_wrong_with_a_request) {
  EXPECT_EQ(field_refused("/searches", "no_results", "perhaps"), "no_results");
  EXPECT_EQ(field_refused("/searches", "from", "yesterday"), "from");
  EXPECT_EQ(field_refused("/searches", "until", "1"), "until");
  EXPECT_EQ(field_refused("/searches", "limit", "201"), "limit");
  for (auto days : {"0", "366", "-1", "x", "99999999999999999999"})
    EXPECT_EQ(field_refused("/analytics", "days", days), "days") << days;
}

TEST_F(SearchHistoryEndpoints, serve_both_spellings_to_those_who_write_knowledge) {
  auto routes = search_history_routes(history_);

  ASSERT_THAT(routes, SizeIs(4));
  for (const auto& route : routes)
    EXPECT_EQ(route.right.permission(), identity::Permission::knowledge_write) << route.path;
}

}  // namespace
}  // namespace aiva::http
