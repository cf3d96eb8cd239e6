#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "capabilities/evaluation/evaluation.h"
#include "capabilities/knowledge/document_catalog.h"
#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "capabilities/search/search.h"

namespace aiva::evaluation {

// Knowledge over real rows that can be searched, for tests.
class SearchedKnowledge : public knowledge::KnowledgeFixture {
 protected:
  Subject subject() {
    return {.knowledge = *knowledge_,
            .rows = *passage_rows_,
            .index = *index_,
            .embedder = embedder_,
            .make_search = [this](const Ranking& ranking) { return search_with(ranking); }};
  }

 private:
  std::unique_ptr<search::Search> search_with(const Ranking& ranking) {
    search::SearchSettings settings{.cache_time = std::chrono::seconds(0)};
    settings.weights = ranking.weights(settings.weights);
    return search::make_search({.database = database_,
                                .knowledge = *knowledge_,
                                .catalog = *catalog_,
                                .embedder = embedder_,
                                .index = *index_,
                                .billing = *billing_,
                                .clock = clock_,
                                .metrics = metrics_},
                               settings);
  }

  std::unique_ptr<knowledge::PassageRows> passage_rows_ = knowledge::make_passage_rows(*rows_);
  std::unique_ptr<knowledge::DocumentCatalog> catalog_ = knowledge::make_document_catalog(*rows_);
};

// Another one, empty, for the time of a test; `open` counts how many there are.
class TestWorkshop final : public Workshop, private SearchedKnowledge {
 public:
  explicit TestWorkshop(std::atomic<int>& open) : open_(open) {
    SetUp();
    ++open_;
  }
  ~TestWorkshop() override { --open_; }
  Subject subject() override { return SearchedKnowledge::subject(); }
  [[nodiscard]] TenantId tenant() const override { return tenant_; }
  ObjectStore& objects() override { return objects_; }
  JobQueue& jobs() override { return *jobs_; }

 private:
  void TestBody() override {}
  std::atomic<int>& open_;
};

}  // namespace aiva::evaluation
