#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/evaluation/metrics.h"
#include "capabilities/evaluation/setting.h"
#include "capabilities/evaluation/statistics.h"
#include "foundation/ids.h"

namespace aiva::evaluation {

// A question as the report names it.
struct AskedQuestion {
  std::string id;
  std::string question;
  std::vector<std::string> tags{};
  bool is_unanswerable = false;
};

struct ReportedHit {
  ChunkId chunk{};
  std::string document;
  int page_first = 1;
  int page_last = 1;
  double score = 0;
  std::optional<double> cosine{};
  int grade = 0;
};

// What a search made of one question.
struct Outcome {
  MetricValues values{};            // of no meaning where the question is unanswerable
  int rank = 0;                     // of the first relevant hit; 0: there is none
  double time_ms = 0;               // the search took, as its caller saw it
  double best_cosine = 0;           // of the question and any hit; 0 without vectors
  std::vector<ReportedHit> hits{};  // the first ten
};

// The means over the answerable questions with a tag; over all with an empty one.
struct Slice {
  std::string tag;
  std::size_t questions = 0;
  std::array<Estimate, metric_count> metrics{};
};

struct Latency {
  double mean_ms = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
};

// How well the best cosine of a question tells whether the documents answer it.
struct Separation {
  std::size_t answerable = 0;
  std::size_t unanswerable = 0;
  double answerable_cosine = 0;  // means
  double unanswerable_cosine = 0;
  double area = 0.5;  // under the ROC curve; 1: a threshold parts them
};

// The vectors the index brings up beside those of an exact scan over the rows.
struct ExactRecall {
  std::size_t questions = 0;  // so many were looked at
  std::size_t depth = 10;
  double mean = 1;  // share of the exactly nearest that the index brings up
  double least = 1;
  std::int64_t vectors = 0;
};

// One setting over all questions.
struct Run {
  Setting setting{};
  std::int64_t chunks = 0;
  std::vector<Slice> slices{};  // of all questions, then by tag
  Latency latency{};
  std::optional<Separation> separation{};  // where there are unanswerable questions
  std::optional<ExactRecall> exact{};
  // Questions with a target that no chunk fits, so that no search could bring it up; not set where
  // looking would have cost too much.
  std::optional<std::vector<std::size_t>> unreachable{};
  std::vector<Outcome> outcomes{};  // in the order of the questions
};

// A run beside the first one.
struct Comparison {
  std::size_t run = 1;
  std::array<PairedDifference, metric_count> metrics{};
  std::vector<std::size_t> better{};  // questions, those whose ndcg@10 changed most first
  std::vector<std::size_t> worse{};
};

struct Report {
  KnowledgeBaseId base{};
  std::string base_name;
  std::int64_t base_version = 0;
  bool is_changed = false;  // the knowledge base changed meanwhile: the runs may not compare
  std::string embedding_model;
  int top_k = 5;
  int concurrency = 1;
  Resampling resampling{};
  std::vector<AskedQuestion> questions{};
  std::vector<Run> runs{};
  std::vector<Comparison> comparisons{};
};

}  // namespace aiva::evaluation
