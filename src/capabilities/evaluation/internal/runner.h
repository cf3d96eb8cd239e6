#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "capabilities/evaluation/evaluation.h"
#include "capabilities/evaluation/internal/recutting.h"
#include "capabilities/evaluation/judging.h"

namespace aiva::evaluation {

// One evaluation: asks, judges, compares. Used once.
class Runner {
 public:
  // `parts` is borrowed.
  Runner(CallContext context, const EvaluationParts& parts, Plan plan)
      : context_(std::move(context)), parts_(parts), plan_(std::move(plan)) {}

  Task<Result<Report>> run();

 private:
  // A knowledge base to ask, and what is known of it.
  struct Place {
    Subject subject;
    KnowledgeBaseId base{};
    CallContext context{};
    std::vector<knowledge::Document> documents{};
    const DocumentAliases* aliases = nullptr;
    std::optional<ExactRecall> exact{};
    std::optional<std::vector<std::size_t>> unreachable{};
  };

  Task<Result<void>> run_all(Place& place);
  Task<Result<Run>> run_setting(Place& place, const Setting& setting);
  Task<Result<Run>> run_recut(const Setting& setting);
  Task<Result<void>> ask(const Place& place, search::Search& search, std::size_t index, Run& run);
  Task<Result<search::SearchAnswer>> search(const Place& place, search::Search& search,
                                            const GoldenQuestion& question);
  // What an index and its rows are to each other.
  Task<Result<void>> look_at_rows(Place& place);
  Task<Result<void>> add_queries(const Place& place, class ExactComparison& exact);
  Task<Result<std::int64_t>> version_of(const Place& place);
  void tell(std::string_view step, std::size_t done, std::size_t all);

  CallContext context_;
  const EvaluationParts& parts_;
  Plan plan_;
  Report report_;
  knowledge::KnowledgeBasePointer base_;
  std::mutex mutex_;  // over the listener and the count of what is done
  std::size_t done_ = 0;
};

}  // namespace aiva::evaluation
