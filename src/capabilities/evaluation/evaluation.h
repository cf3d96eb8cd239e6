#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/evaluation/golden_set.h"
#include "capabilities/evaluation/report.h"
#include "capabilities/evaluation/setting.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/passage_rows.h"
#include "capabilities/search/search.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/job_queue.h"
#include "ports/object_store.h"
#include "ports/passage_index.h"
#include "ports/text_embedder.h"

namespace aiva::evaluation {

// How a search to be evaluated ranks.
struct Ranking {
  std::optional<double> vector_weight{};
  Lists lists = Lists::both;
  // Of a search whose own weights are `usual`; a list that counts 0 is not asked.
  [[nodiscard]] search::FusionWeights weights(search::FusionWeights usual) const {
    if (lists == Lists::vectors) return {.vector = 1, .keyword = 0};
    if (lists == Lists::words) return {.vector = 0, .keyword = 1};
    return {.vector = vector_weight.value_or(usual.vector), .keyword = usual.keyword};
  }
};

// Knowledge to evaluate, and how it is searched; everything is borrowed.
struct Subject {
  knowledge::Knowledge& knowledge;
  knowledge::PassageRows& rows;
  PassageIndex& index;
  TextEmbedder& embedder;
  // A search that gives no answer again.
  std::function<std::unique_ptr<search::Search>(const Ranking&)> make_search;
};

// Knowledge of its own, empty and out of its users' sight; what is in it goes with the object.
class Workshop {
 public:
  virtual ~Workshop() = default;
  virtual Subject subject() = 0;
  [[nodiscard]] virtual TenantId tenant() const = 0;
  virtual ObjectStore& objects() = 0;
  virtual JobQueue& jobs() = 0;  // nobody else works on it
};

// How far an evaluation is.
struct EvaluationProgress {
  std::string_view step;  // "searching", "reading", "comparing vectors"
  std::size_t run = 0;    // from 0
  std::size_t runs = 1;
  std::size_t done = 0;
  std::size_t all = 0;
};

struct Plan {
  KnowledgeBaseId base{};
  std::vector<GoldenQuestion> questions{};
  std::vector<Setting> settings{Setting{}};  // the others are compared with the first; at most 20
  int top_k = 5;                             // 1…50, for recall and precision
  int concurrency = 4;                       // searches at a time, 1…64
  Resampling resampling{};                   // at most 100,000 rounds
  std::size_t exact_questions = 50;          // compared with an exact scan; 0: none
  // Called from any thread, one call at a time.
  std::function<void(const EvaluationProgress&)> listener{};
};

// Measures how well the questions of a golden set find what answers them.
class Evaluation {
 public:
  virtual ~Evaluation() = default;

  // Asks all questions with every setting. Searches are neither billed nor answered from a cache.
  // Fails with `invalid` where plan and questions do not fit the knowledge base (one detail a
  // mistake), `not_found` (the knowledge base), `cancelled`, or what a search failed with.
  virtual Task<Result<Report>> run(CallContext context, Plan plan) = 0;

  // A golden set for a person to edit: questions out of headings and sentences of the documents,
  // spread over all of them, at most `count_max`. Fails with `not_found`, or with `conflict` where
  // the knowledge base holds nothing to ask about.
  virtual Task<Result<std::vector<GoldenQuestion>>> draft(CallContext context, KnowledgeBaseId base,
                                                          std::size_t count_max) = 0;
};

// Everything is borrowed.
struct EvaluationParts {
  Subject subject;
  Database& database;
  ObjectStore& objects;
  ThreadPool& files;  // copies documents
  const Clock& clock;
  // For settings that cut documents anew.
  std::function<Result<std::unique_ptr<Workshop>>()> open_workshop;
};

std::unique_ptr<Evaluation> make_evaluation(EvaluationParts parts);

}  // namespace aiva::evaluation
