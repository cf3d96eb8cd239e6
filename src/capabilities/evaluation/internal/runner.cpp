#include "capabilities/evaluation/internal/runner.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "capabilities/evaluation/internal/exact_comparison.h"
#include "capabilities/evaluation/internal/lanes.h"
#include "capabilities/evaluation/internal/plan_checks.h"
#include "capabilities/evaluation/internal/reach.h"
#include "capabilities/evaluation/internal/row_scan.h"
#include "capabilities/evaluation/internal/summary.h"

namespace aiva::evaluation {
namespace {

constexpr std::size_t hits_reported_max = 10;  // of a question; all of them are judged
constexpr std::size_t readers_max = 2;         // documents read at a time

// The first relevant hit, from 1; 0: there is none.
int first_rank(const Judgement& judgement) {
  auto first = std::ranges::find_if(judgement.grades, [](int grade) { return grade > 0; });
  if (first == judgement.grades.end()) return 0;
  return static_cast<int>(first - judgement.grades.begin()) + 1;
}

std::vector<ReportedHit> report_hits(const std::vector<search::TextHit>& hits,
                                     const Judgement& judgement) {
  std::vector<ReportedHit> reported;
  for (std::size_t i = 0; i < std::min(hits.size(), hits_reported_max); ++i)
    reported.push_back({.chunk = hits[i].chunk.id,
                        .document = hits[i].chunk.document_name,
                        .page_first = hits[i].chunk.page_first,
                        .page_last = hits[i].chunk.page_last,
                        .score = hits[i].score,
                        .cosine = hits[i].cosine,
                        .grade = judgement.grades[i]});
  return reported;
}

double best_cosine(const std::vector<search::TextHit>& hits) {
  double best = 0;
  for (const auto& hit : hits) best = std::max(best, hit.cosine.value_or(0));
  return best;
}

}  // namespace

Task<Result<Report>> Runner::run() {
  CO_TRY_VOID(check_plan(plan_));
  CO_TRY(base_, co_await parts_.subject.knowledge.get(context_, plan_.base));
  Place place{.subject = parts_.subject, .base = plan_.base, .context = context_};
  CO_TRY(place.documents, co_await list_documents(context_, place.subject.knowledge, place.base));
  auto checking = check_targets(context_, plan_, place.documents, place.subject.knowledge);
  CO_TRY_VOID(co_await std::move(checking));
  report_.base = plan_.base;
  report_.base_name = base_->name;
  report_.embedding_model = place.subject.embedder.model();
  report_.top_k = plan_.top_k;
  report_.concurrency = plan_.concurrency;
  report_.resampling = plan_.resampling;
  for (const auto& question : plan_.questions)
    report_.questions.push_back({.id = question.id,
                                 .question = question.question,
                                 .tags = question.tags,
                                 .is_unanswerable = question.is_unanswerable});
  CO_TRY(report_.base_version, co_await version_of(place));
  CO_TRY_VOID(co_await run_all(place));
  CO_TRY(auto version, co_await version_of(place));
  report_.is_changed = version != report_.base_version;
  for (std::size_t i = 1; i < report_.runs.size(); ++i)
    report_.comparisons.push_back(compare_runs(report_, i));
  co_return std::move(report_);
}

Task<Result<void>> Runner::run_all(Place& place) {
  CO_TRY_VOID(co_await look_at_rows(place));
  for (const auto& setting : plan_.settings) {
    auto running = setting.chunks ? run_recut(setting) : run_setting(place, setting);
    CO_TRY(auto run, co_await std::move(running));
    report_.runs.push_back(std::move(run));
  }
  co_return Result<void>();
}

Task<Result<Run>> Runner::run_recut(const Setting& setting) {
  auto width = std::min<std::size_t>(static_cast<std::size_t>(plan_.concurrency), readers_max);
  RecutRequest request{
      .base = base_, .documents = {}, .chunks = *setting.chunks, .width = width, .on_read = {}};
  auto listing = list_documents(context_, parts_.subject.knowledge, plan_.base);
  CO_TRY(request.documents, co_await std::move(listing));
  request.on_read = [this, all = request.documents.size()](std::size_t done) {
    tell("reading", done, all);
  };
  auto cutting = recut(context_, parts_, std::move(request));
  CO_TRY(auto made, co_await std::move(cutting));
  Place place{.subject = made.workshop->subject(),
              .base = made.base,
              .context = made.context(context_),
              .aliases = &made.aliases};
  CO_TRY(place.documents,
         co_await list_documents(place.context, place.subject.knowledge, place.base));
  CO_TRY_VOID(co_await look_at_rows(place));
  auto running = run_setting(place, setting);
  CO_TRY(auto run, co_await std::move(running));
  co_return run;
}

Task<Result<Run>> Runner::run_setting(Place& place, const Setting& setting) {
  Run run{.setting = setting, .exact = place.exact, .unreachable = place.unreachable};
  for (const auto& document : place.documents)
    run.chunks += document.is_served ? document.total_chunks : 0;
  run.outcomes.resize(plan_.questions.size());
  auto searching =
      place.subject.make_search({.vector_weight = setting.vector_weight, .lists = setting.lists});
  // The first search opens models and index; it is not measured.
  CO_TRY_VOID(co_await search(place, *searching, plan_.questions.front()));
  done_ = 0;
  auto asking =
      run_lanes(place.context, plan_.questions.size(), static_cast<std::size_t>(plan_.concurrency),
                [&](std::size_t i) { return ask(place, *searching, i, run); });
  CO_TRY_VOID(co_await std::move(asking));
  run.slices = make_slices(report_.questions, run.outcomes, plan_.resampling);
  run.latency = latency_of(run.outcomes);
  run.separation = separation_of(report_.questions, run.outcomes);
  co_return run;
}

Task<Result<search::SearchAnswer>> Runner::search(const Place& place, search::Search& search,
                                                  const GoldenQuestion& question) {
  search::SearchRequest request{.knowledge_base = place.base,
                                .query = question.question,
                                .top_k = std::max(plan_.top_k, hits_needed),
                                .is_billed = false,
                                .may_be_similar = false};
  auto answer = co_await search.search(place.context, std::move(request));
  if (answer) co_return answer;
  auto error = std::move(answer.error());
  error.message = "Question \"" + question.id + "\": " + error.message;
  co_return fail(std::move(error));
}

Task<Result<void>> Runner::ask(const Place& place, search::Search& search, std::size_t index,
                               Run& run) {
  const auto& question = plan_.questions[index];
  auto begin = parts_.clock.steady();
  CO_TRY(auto answer, co_await this->search(place, search, question));
  std::chrono::duration<double, std::milli> time = parts_.clock.steady() - begin;
  std::vector<const knowledge::Chunk*> chunks;
  for (const auto& hit : answer.hits) chunks.push_back(&hit.chunk);
  auto judgement = Judge(question, place.aliases).judge(chunks);
  run.outcomes[index] = {.values = score(judgement, plan_.top_k),
                         .rank = first_rank(judgement),
                         .time_ms = time.count(),
                         .best_cosine = best_cosine(answer.hits),
                         .hits = report_hits(answer.hits, judgement)};
  std::lock_guard lock(mutex_);
  ++done_;
  if (plan_.listener)
    plan_.listener({.step = "searching",
                    .run = report_.runs.size(),
                    .runs = plan_.settings.size(),
                    .done = done_,
                    .all = plan_.questions.size()});
  co_return Result<void>();
}

Task<Result<void>> Runner::look_at_rows(Place& place) {
  ExactComparison exact(place.subject.embedder.dimension());
  bool has_exact = place.subject.embedder.dimension() > 0 && plan_.exact_questions > 0;
  if (has_exact) CO_TRY_VOID(co_await add_queries(place, exact));
  ReachCheck reach(plan_.questions, place.aliases);
  std::int64_t passages = 0;
  for (const auto& document : place.documents) passages += document.total_chunks;
  bool has_reach = reach.is_affordable(passages);
  if (!has_exact && !has_reach) co_return Result<void>();
  std::size_t seen = 0;
  auto look = [&](const knowledge::Document& document,
                  const std::vector<IndexedPassage>& some) -> Result<void> {
    if (has_exact) exact.offer(some);
    if (has_reach) reach.offer(document, some);
    seen += some.size();
    tell("comparing vectors", seen, static_cast<std::size_t>(std::max<std::int64_t>(passages, 1)));
    return {};
  };
  auto scanning = scan_rows(place.context, place.subject, place.base, place.documents, look);
  CO_TRY_VOID(co_await std::move(scanning));
  if (has_exact) place.exact = exact.result();
  if (has_reach) place.unreachable = reach.unreachable();
  co_return Result<void>();
}

// Has the index answer a sample of the questions, each by itself.
Task<Result<void>> Runner::add_queries(const Place& place, ExactComparison& exact) {
  auto& index = place.subject.index;
  CO_TRY_VOID(co_await place.subject.knowledge.ensure_indexed(place.context, place.base));
  auto sample = draw_sample(plan_.questions.size(), plan_.exact_questions, plan_.resampling.seed);
  for (auto number : sample) {
    CO_TRY_VOID(place.context.check());
    std::vector<std::string> texts{plan_.questions[number].question};
    auto embedding = place.subject.embedder.embed(place.context, std::move(texts));
    CO_TRY(auto embedded, co_await std::move(embedding));
    auto row = embedded.row(0);
    std::vector<float> vector(row.begin(), row.end());
    PassageQuery query{.count_max = ExactComparison::depth, .filter = {}};
    auto finding = index.search_vectors(place.context, place.base, vector, std::move(query));
    CO_TRY(auto hits, co_await std::move(finding));
    exact.add_query(std::move(vector), hits);
  }
  co_return Result<void>();
}

// Of the rows that searches see now.
Task<Result<std::int64_t>> Runner::version_of(const Place& place) {
  CO_TRY_VOID(co_await place.subject.knowledge.ensure_indexed(place.context, place.base));
  co_return place.subject.index.version(place.base).value_or(0);
}

void Runner::tell(std::string_view step, std::size_t done, std::size_t all) {
  std::lock_guard lock(mutex_);
  if (!plan_.listener) return;
  plan_.listener({.step = step,
                  .run = report_.runs.size(),
                  .runs = plan_.settings.size(),
                  .done = done,
                  .all = all});
}

}  // namespace aiva::evaluation
