#include "capabilities/evaluation/evaluation.h"

#include <algorithm>
#include <utility>

#include "capabilities/evaluation/internal/drafting.h"
#include "capabilities/evaluation/internal/row_scan.h"
#include "capabilities/evaluation/internal/runner.h"

namespace aiva::evaluation {
namespace {

constexpr std::size_t drafts_max = 1000;
constexpr std::size_t passages_of_document_max = 20'000;  // more are not asked about

class GoldenEvaluation final : public Evaluation {
 public:
  explicit GoldenEvaluation(EvaluationParts parts) : parts_(std::move(parts)) {}

  Task<Result<Report>> run(CallContext context, Plan plan) override {
    Runner runner(std::move(context), parts_, std::move(plan));
    auto report = co_await runner.run();
    co_return report;
  }

  Task<Result<std::vector<GoldenQuestion>>> draft(CallContext context, KnowledgeBaseId base,
                                                  std::size_t count_max) override {
    if (count_max < 1 || count_max > drafts_max)
      co_return fail(invalid_field("count", "must be between 1 and 1000"));
    auto& knowledge = parts_.subject.knowledge;
    CO_TRY([[maybe_unused]] auto known, co_await knowledge.get(context, base));
    CO_TRY(auto documents, co_await list_documents(context, knowledge, base));
    Drafting drafting;
    for (std::size_t i = 0; i < documents.size() && drafting.count() < count_max; ++i) {
      auto left = documents.size() - i;
      auto share = (count_max - drafting.count() + left - 1) / left;
      auto reading = passages_of(context, base, documents[i]);
      CO_TRY(auto passages, co_await std::move(reading));
      drafting.add(documents[i], passages, share);
    }
    auto questions = drafting.take();
    if (questions.empty())
      co_return fail(ErrorCode::conflict, "The knowledge base holds nothing to ask about");
    co_return questions;
  }

 private:
  // Without their vectors.
  Task<Result<std::vector<IndexedPassage>>> passages_of(CallContext context, KnowledgeBaseId base,
                                                        knowledge::Document document) {
    std::vector<IndexedPassage> passages;
    std::vector<knowledge::Document> documents{std::move(document)};
    auto keep = [&passages](const knowledge::Document&,
                            const std::vector<IndexedPassage>& some) -> Result<void> {
      for (const auto& passage : some) {
        if (passages.size() == passages_of_document_max) break;
        passages.push_back(passage);
        passages.back().vector = {};
      }
      return {};
    };
    auto scanning = scan_rows(context, parts_.subject, base, documents, keep);
    CO_TRY_VOID(co_await std::move(scanning));
    co_return passages;
  }

  EvaluationParts parts_;
};

}  // namespace

std::unique_ptr<Evaluation> make_evaluation(EvaluationParts parts) {
  return std::make_unique<GoldenEvaluation>(std::move(parts));
}

}  // namespace aiva::evaluation
