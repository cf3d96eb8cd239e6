#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/search/search.h"
#include "capabilities/search/testing/shelf.h"

namespace aiva::search {

// A row of the log.
struct LogRow {
  std::string query;
  std::string type;
  std::int64_t results = 0;
  std::int64_t base_cost = 0;
  double top_score = 0;

  bool operator==(const LogRow&) const = default;
};

// For tests: searches of knowledge bases that lie on a shelf.
class SearchTest : public ::testing::Test {
 protected:
  CallContext context() const { return {.tenant = tenant_}; }

  Result<SearchAnswer> search(std::string query, int top_k = 5,
                              SearchType type = SearchType::hybrid) {
    SearchRequest request{
        .knowledge_base = base_, .query = std::move(query), .top_k = top_k, .type = type};
    return sync_wait(search_->search(context(), std::move(request)));
  }

  void use_billing(billing::BillingSettings settings) {
    search_.reset();
    billing_ = billing::make_billing(*database_, clock_, settings);
    search_ = make();
  }

  // Tests look at what a search does, not at what it remembers, unless they say so.
  std::unique_ptr<Search> make(SearchSettings settings = {.cache_time = std::chrono::seconds(0)}) {
    return make_search({.database = *database_,
                        .knowledge = shelf_,
                        .catalog = shelf_.catalog(),
                        .embedder = embedder_,
                        .index = index_,
                        .billing = *billing_,
                        .clock = clock_,
                        .metrics = metrics_,
                        .sections = sections_},
                       settings);
  }

  // Ends the search, so that its log is written, and reads the log.
  std::vector<LogRow> log_after_the_end() {
    search_.reset();
    std::vector<LogRow> rows;
    auto select = [&rows](SqlSession& sql) {
      return sql.query(
          "SELECT query, search_type, results_count, base_cost, top_score"
          " FROM knowledge_searches ORDER BY id",
          {}, [&rows](const SqlRow& row) -> Result<void> {
            rows.push_back({std::string(row.text(0)), std::string(row.text(1)), row.integer(2),
                            row.integer(3), row.real(4)});
            return {};
          });
    };
    EXPECT_TRUE(sync_wait(read(*database_, {}, select)));
    return rows;
  }

  std::vector<KnowledgeBaseId> bases_in_log() {
    std::vector<KnowledgeBaseId> bases;
    auto select = [&bases](SqlSession& sql) {
      return sql.query("SELECT kb_id FROM knowledge_searches ORDER BY id", {},
                       [&bases](const SqlRow& row) -> Result<void> {
                         bases.push_back(row.id<KnowledgeBaseId>(0));
                         return {};
                       });
    };
    EXPECT_TRUE(sync_wait(read(*database_, {}, select)));
    return bases;
  }

  std::int64_t balance() {
    return sync_wait(billing_->balance(context(), tenant_)).value().available;
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  FakeTextEmbedder embedder_;
  PlainPassageIndex index_;
  ShelfKnowledge shelf_{embedder_, index_};
  TenantId tenant_ = database_.add_tenant();
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  knowledge::Sections* sections_ = nullptr;
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*database_, clock_, {});
  std::unique_ptr<Search> search_ = make();
};

}  // namespace aiva::search
