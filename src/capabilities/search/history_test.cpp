#include "capabilities/search/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "capabilities/search/question.h"
#include "capabilities/search/testing/shelf.h"

namespace aiva::search {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr UnixMs day_ms = 86'400'000;
constexpr UnixMs hour_ms = 3'600'000;

class HistoryTest : public testing::Test {
 protected:
  struct Row {
    std::string query = "refunds";
    UnixMs at = 0;
    std::int64_t results = 1;
    double score = 0.5;
    double time_ms = 10;
    bool is_cached = false;
    std::string type = "hybrid";
  };
  // What SearchLog writes; ids begin with the instant, as those of Uuid::make do.
  void add(KnowledgeBaseId base, TenantId tenant, const Row& row) {
    auto id = Uuid::make();
    for (std::size_t i = 0; i < 6; ++i)
      id.bytes[i] = static_cast<std::uint8_t>(row.at >> (8 * (5 - i)));
    auto hash = hash_of_question(normal_question(row.query));
    auto writing = write(*database_, {}, [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(sql.execute(
          "INSERT INTO knowledge_searches (id, tenant_id, kb_id, query, search_type, results_count,"
          " top_score, search_time_ms, query_tokens, base_cost, is_cached, question_hash, "
          "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 3, 500, ?, ?, ?)",
          {id.to_string(), tenant, base, row.query, row.type, row.results, row.score, row.time_ms,
           row.is_cached, hash, row.at}));
      return {};
    });
    ASSERT_TRUE(sync_wait(std::move(writing)));
  }
  void add(const Row& row) { add(base_, tenant_, row); }

  Result<knowledge::PageOf<PastSearch>> list(HistoryFilter filter = {}) {
    return sync_wait(history_->searches(context(), base_, filter));
  }
  std::vector<std::string> listed(HistoryFilter filter) {
    std::vector<std::string> queries;
    auto page = list(filter);
    EXPECT_TRUE(page);
    if (page)
      for (const auto& past : page->items) queries.push_back(past.query);
    return queries;
  }
  Result<SearchAnalytics> analyse(int past_days = 30) {
    return sync_wait(history_->analytics(context(), base_, past_days));
  }
  void use(HistorySettings settings) {
    history_ =
        make_history({.database = *database_, .knowledge = shelf_, .clock = clock_}, settings);
  }
  [[nodiscard]] CallContext context() const { return {.tenant = tenant_}; }

  TestDatabase database_;
  ManualClock clock_{1735689600000 + 10 * hour_ms};  // ten o'clock in UTC
  UnixMs now_ = clock_.unix_ms();
  FakeTextEmbedder embedder_;
  PlainPassageIndex index_;
  ShelfKnowledge shelf_{embedder_, index_};
  TenantId tenant_ = database_.add_tenant();
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  std::unique_ptr<History> history_ =
      make_history({.database = *database_, .knowledge = shelf_, .clock = clock_});
};

TEST_F(HistoryTest, lists_searches_newest_first_by_pages) {
  for (int i = 0; i < 5; ++i) add({.query = "q" + std::to_string(i), .at = now_ - 10 + i});
  add({.query = "twin", .at = now_ - 6});

  auto first = list({.page = {.page = 1, .limit = 4}});

  ASSERT_TRUE(first) << first.error().message << first.error().cause;
  EXPECT_EQ(first->total, 6);
  ASSERT_THAT(first->items, SizeIs(4));
  EXPECT_EQ(first->items[3].query, "q2");
  EXPECT_EQ(first->items[3].created_at, now_ - 8);
  EXPECT_EQ(first->items[3].base_cost, 500);
  EXPECT_EQ(first->items[3].query_tokens, 3);
  EXPECT_THAT(listed({.page = {.page = 2, .limit = 4}}), ElementsAre("q1", "q0"));
  EXPECT_THAT(listed({.page = {.page = 3, .limit = 4}}), IsEmpty());
}

TEST_F(HistoryTest, lists_only_what_found_nothing_or_lies_in_a_time) {
  add({.query = "early", .at = now_ - 30, .results = 0});
  add({.query = "found", .at = now_ - 20});
  add({.query = "late", .at = now_ - 10, .results = 0});

  EXPECT_THAT(listed({.is_without_results = true}), ElementsAre("late", "early"));
  EXPECT_THAT(listed({.from = now_ - 20}), ElementsAre("late", "found"));
  EXPECT_THAT(listed({.until = now_ - 20}), ElementsAre("early"));
  EXPECT_EQ(list({.is_without_results = true, .from = now_ - 29})->total, 1);
}

TEST_F(HistoryTest, counts_and_pages_no_further_than_its_bound) {
  use({.counted_max = 3});
  for (int i = 0; i < 5; ++i) add({.query = "q" + std::to_string(i), .at = now_ - 10 + i});

  EXPECT_EQ(list()->total, 3);
  EXPECT_THAT(listed({}), ElementsAre("q4", "q3", "q2"));
  EXPECT_THAT(listed({.until = now_ - 8}), ElementsAre("q1", "q0"));
}

TEST_F(HistoryTest, shows_a_tenant_nothing_of_another) {
  auto other = database_.add_tenant("Other");
  auto strange = shelf_.add_base(other);
  add(strange, other, {.query = "theirs", .at = now_});
  add(base_, other, {.query = "of another tenant with my id", .at = now_});
  add(strange, tenant_, {.query = "mine with their id", .at = now_});

  EXPECT_THAT(listed({}), IsEmpty());
  EXPECT_EQ(analyse()->all.count, 0);
  EXPECT_EQ(sync_wait(history_->searches(context(), strange, {})).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(history_->analytics(context(), strange, 30)).error().code,
            ErrorCode::not_found);
}

TEST_F(HistoryTest, refuses_pages_times_and_days_that_make_no_sense) {
  auto refused = [&](HistoryFilter filter) {
    std::vector<std::string> fields;
    auto page = list(filter);
    EXPECT_FALSE(page);
    if (!page)
      for (const auto& detail : page.error().details) fields.push_back(detail.field);
    return fields;
  };
  EXPECT_THAT(refused({.page = {.page = 0, .limit = 201}}), ElementsAre("page", "limit"));
  EXPECT_THAT(refused({.page = {.page = 2'000'000'000, .limit = 200}}), ElementsAre("page"));
  EXPECT_THAT(refused({.from = 5, .until = 5}), ElementsAre("until"));
  for (int wrong : {0, -1, 366, std::numeric_limits<int>::max()})
    EXPECT_EQ(analyse(wrong).error().code, ErrorCode::invalid) << wrong;
}

TEST_F(HistoryTest, sums_up_days_hours_and_types) {
  add({.at = now_, .time_ms = 4, .is_cached = true});
  add({.at = now_ - hour_ms, .results = 0, .score = 0, .time_ms = 20, .type = "text"});
  add({.at = now_ - day_ms, .time_ms = 30});
  add({.at = now_ - 3 * day_ms, .time_ms = 100});

  auto found = analyse(2);

  ASSERT_TRUE(found) << found.error().message << found.error().cause;
  EXPECT_TRUE(found->is_complete);
  EXPECT_EQ(found->from, now_ - 10 * hour_ms - day_ms);
  EXPECT_EQ(found->until, now_);
  EXPECT_EQ(found->all.count, 3);
  EXPECT_EQ(found->all.cached, 1);
  EXPECT_EQ(found->all.without_results, 1);
  EXPECT_EQ(found->all.base_cost, 1500);
  EXPECT_DOUBLE_EQ(found->all.mean_ms(), 18);
  EXPECT_DOUBLE_EQ(found->all.share(found->all.cached), 1.0 / 3);
  ASSERT_THAT(found->days, SizeIs(2));
  EXPECT_EQ(found->days[0].begin, found->from);
  EXPECT_EQ(found->days[0].figures.count, 1);
  EXPECT_EQ(found->days[1].figures.count, 2);
  EXPECT_EQ(found->hours[10].count, 2);
  EXPECT_EQ(found->hours[9].without_results, 1);
  EXPECT_EQ(found->hours[11].count, 0);
  ASSERT_THAT(found->types, SizeIs(2));
  EXPECT_EQ(found->types[0].type, "hybrid");
  EXPECT_EQ(found->types[0].figures.count, 2);
  EXPECT_EQ(found->types[1].type, "text");
  EXPECT_EQ(analyse(4)->all.count, 4);
}

TEST_F(HistoryTest, shows_every_day_of_a_base_nobody_asked) {
  auto found = analyse(365);

  ASSERT_TRUE(found);
  EXPECT_THAT(found->days, SizeIs(365));
  EXPECT_EQ(found->all.count, 0);
  EXPECT_EQ(found->all.mean_ms(), 0);
  EXPECT_EQ(found->latency.p99_ms, 0);
  EXPECT_TRUE(found->is_latency_exact);
  EXPECT_THAT(found->top_questions, IsEmpty());
}

TEST_F(HistoryTest, tells_percentiles_by_nearest_rank) {
  for (int i = 1; i <= 100; ++i)
    add({.at = now_ - i, .time_ms = static_cast<double>(i), .is_cached = i <= 10});

  auto found = analyse();

  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_latency_exact);
  EXPECT_EQ(found->latency.measured, 100);
  EXPECT_EQ(found->latency.p50_ms, 50);
  EXPECT_EQ(found->latency.p95_ms, 95);
  EXPECT_EQ(found->latency.p99_ms, 99);
  EXPECT_DOUBLE_EQ(found->latency.mean_ms, 50.5);
  EXPECT_EQ(found->latency_cached.measured, 10);
  EXPECT_EQ(found->latency_cached.p50_ms, 5);
  EXPECT_EQ(found->latency_uncached.p50_ms, 55);
}

TEST_F(HistoryTest, samples_times_of_many_searches_and_says_so) {
  use({.latency_count_max = 100});
  for (int i = 0; i < 700; ++i) add({.at = now_ - i, .time_ms = static_cast<double>(i % 100)});

  auto found = analyse();

  ASSERT_TRUE(found);
  EXPECT_FALSE(found->is_latency_exact);
  EXPECT_EQ(found->all.count, 700);
  EXPECT_GT(found->latency.measured, 50);
  EXPECT_LE(found->latency.measured, 100);
  EXPECT_NEAR(found->latency.p50_ms, 50, 10);
}

TEST_F(HistoryTest, counts_no_more_than_the_newest_searches_and_says_so) {
  use({.count_max = 10, .questions_count_max = 5});
  for (int i = 0; i < 30; ++i) add({.query = i < 7 ? "new" : "old", .at = now_ - i * hour_ms});

  auto found = analyse();

  ASSERT_TRUE(found);
  EXPECT_FALSE(found->is_complete);
  EXPECT_EQ(found->all.count, 10);
  EXPECT_EQ(found->from, now_ - 10 * hour_ms + 1);
  EXPECT_THAT(found->days, SizeIs(1));
  EXPECT_FALSE(found->are_questions_complete);
  ASSERT_THAT(found->top_questions, SizeIs(1));
  EXPECT_EQ(found->top_questions[0].count, 5);
}

TEST_F(HistoryTest, names_the_questions_asked_most_and_those_without_results) {
  add({.query = "Refunds?", .at = now_ - 50, .score = 1});
  add({.query = "refunds", .at = now_ - 40, .score = 0.5});
  add({.query = "lost parcel", .at = now_ - 30, .results = 0, .score = 0});
  add({.query = "REFUNDS!", .at = now_ - 20, .results = 0, .score = 0});

  auto found = analyse();

  ASSERT_TRUE(found);
  EXPECT_TRUE(found->are_questions_complete);
  ASSERT_THAT(found->top_questions, SizeIs(2));
  const auto& top = found->top_questions[0];
  EXPECT_EQ(top.question, "refunds");
  EXPECT_EQ(top.count, 3);
  EXPECT_EQ(top.without_results, 1);
  EXPECT_DOUBLE_EQ(top.mean_score, 0.5);
  EXPECT_EQ(top.last_asked_at, now_ - 20);
  ASSERT_THAT(found->questions_without_results, SizeIs(2));
  EXPECT_EQ(found->questions_without_results[0].question, "refunds");
  EXPECT_EQ(found->questions_without_results[0].count, 1);
  EXPECT_EQ(found->questions_without_results[1].question, "lost parcel");
}

TEST_F(HistoryTest, removes_old_searches_of_all_tenants_in_batches) {
  use({.removed_per_transaction = 4});
  auto other = database_.add_tenant("Other");
  auto strange = shelf_.add_base(other);
  for (int i = 0; i < 9; ++i) add({.query = "old", .at = now_ - 31 * day_ms + i});
  add(strange, other, {.query = "old", .at = now_ - 40 * day_ms});
  add({.query = "kept", .at = now_ - 30 * day_ms});
  add({.query = "new", .at = now_});

  EXPECT_EQ(sync_wait(history_->remove_older({}, days(30))).value(), 10);

  EXPECT_THAT(listed({}), ElementsAre("new", "kept"));
  EXPECT_EQ(sync_wait(history_->remove_older({}, days(30))).value(), 0);
}

TEST_F(HistoryTest, stops_removing_when_it_is_cut_off) {
  add({.query = "old", .at = now_ - 31 * day_ms});
  std::stop_source gone;
  gone.request_stop();
  CallContext cut{.cancellation = gone.get_token()};

  EXPECT_EQ(sync_wait(history_->remove_older(cut, days(30))).error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace aiva::search
