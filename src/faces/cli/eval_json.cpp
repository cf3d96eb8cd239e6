#include "faces/cli/eval_report.h"
#include "foundation/json_writer.h"

namespace aiva::cli {
namespace {

using evaluation::Report;
using evaluation::Run;

class Writer {
 public:
  explicit Writer(const Report& report) : report_(report) {}

  std::string text(const std::vector<BarOutcome>& bars) {
    out_.begin_object().field("format", 1);
    out_.key("knowledge_base").begin_object();
    out_.field("id", report_.base).field("name", report_.base_name);
    out_.field("version", report_.base_version).field("is_changed", report_.is_changed);
    out_.end_object();
    out_.field("embedding_model", report_.embedding_model).field("top_k", report_.top_k);
    out_.field("concurrency", report_.concurrency).field("seed", report_.resampling.seed);
    out_.field("rounds", report_.resampling.rounds);
    out_.key("runs").begin_array();
    for (const auto& run : report_.runs) write_run(run);
    out_.end_array().key("comparisons").begin_array();
    for (const auto& comparison : report_.comparisons) write_comparison(comparison);
    out_.end_array().key("bars").begin_array();
    for (const auto& outcome : bars)
      out_.begin_object()
          .field("bar", outcome.bar.text)
          .field("measured", outcome.measured)
          .field("is_met", outcome.is_met)
          .end_object();
    out_.end_array().end_object();
    return std::move(text_) + "\n";
  }

 private:
  void write_interval(const evaluation::Interval& interval) {
    out_.field("low", interval.low).field("high", interval.high);
  }

  void write_slice(const evaluation::Slice& slice) {
    out_.begin_object();
    if (slice.tag.empty())
      out_.null_field("tag");
    else
      out_.field("tag", slice.tag);
    out_.field("questions", slice.questions).key("metrics").begin_object();
    for (auto metric : evaluation::all_metrics) {
      const auto& estimate = slice.metrics[evaluation::index_of(metric)];
      out_.key(evaluation::name_of(metric, report_.top_k)).begin_object();
      out_.field("mean", estimate.mean);
      write_interval(estimate.interval);
      out_.end_object();
    }
    out_.end_object().end_object();
  }

  void write_run(const Run& run) {
    out_.begin_object().field("setting", setting_name(run.setting)).field("chunks", run.chunks);
    out_.key("slices").begin_array();
    for (const auto& slice : run.slices) write_slice(slice);
    out_.end_array().key("latency_ms").begin_object();
    out_.field("mean", run.latency.mean_ms).field("p50", run.latency.p50_ms);
    out_.field("p95", run.latency.p95_ms).field("p99", run.latency.p99_ms).end_object();
    write_separation(run);
    write_exact(run);
    if (run.unreachable)
      write_ids("unreachable", *run.unreachable);
    else
      out_.null_field("unreachable");
    out_.key("questions").begin_array();
    for (std::size_t i = 0; i < run.outcomes.size(); ++i)
      write_question(report_.questions[i], run.outcomes[i]);
    out_.end_array().end_object();
  }

  void write_separation(const Run& run) {
    if (!run.separation) {
      out_.null_field("separation");
      return;
    }
    const auto& found = *run.separation;
    out_.key("separation").begin_object();
    out_.field("answerable", found.answerable).field("unanswerable", found.unanswerable);
    out_.field("answerable_cosine", found.answerable_cosine);
    out_.field("unanswerable_cosine", found.unanswerable_cosine);
    out_.field("area_under_roc", found.area).end_object();
  }

  void write_exact(const Run& run) {
    if (!run.exact) {
      out_.null_field("exact");
      return;
    }
    out_.key("exact").begin_object().field("depth", run.exact->depth);
    out_.field("mean", run.exact->mean).field("least", run.exact->least);
    out_.field("questions", run.exact->questions).field("vectors", run.exact->vectors);
    out_.end_object();
  }

  void write_ids(std::string_view name, const std::vector<std::size_t>& places) {
    out_.key(name).begin_array();
    for (auto place : places) out_.value(report_.questions[place].id);
    out_.end_array();
  }

  void write_question(const evaluation::AskedQuestion& asked, const evaluation::Outcome& outcome) {
    out_.begin_object().field("id", asked.id).field("question", asked.question);
    out_.field("unanswerable", asked.is_unanswerable).key("tags").begin_array();
    for (const auto& tag : asked.tags) out_.value(tag);
    out_.end_array().field("time_ms", outcome.time_ms).field("best_cosine", outcome.best_cosine);
    if (!asked.is_unanswerable) {
      out_.field("rank", outcome.rank).key("metrics").begin_object();
      for (auto metric : evaluation::all_metrics)
        out_.field(evaluation::name_of(metric, report_.top_k),
                   outcome.values[evaluation::index_of(metric)]);
      out_.end_object();
    }
    out_.key("hits").begin_array();
    for (const auto& hit : outcome.hits) write_hit(hit);
    out_.end_array().end_object();
  }

  void write_hit(const evaluation::ReportedHit& hit) {
    out_.begin_object().field("chunk_id", hit.chunk).field("document", hit.document);
    out_.field("page_first", hit.page_first).field("page_last", hit.page_last);
    out_.field("score", hit.score);
    if (hit.cosine)
      out_.field("cosine", *hit.cosine);
    else
      out_.null_field("cosine");
    out_.field("grade", hit.grade).end_object();
  }

  void write_comparison(const evaluation::Comparison& comparison) {
    out_.begin_object();
    out_.field("setting", setting_name(report_.runs[comparison.run].setting));
    out_.field("against", setting_name(report_.runs.front().setting));
    out_.key("metrics").begin_object();
    for (auto metric : evaluation::all_metrics) {
      const auto& difference = comparison.metrics[evaluation::index_of(metric)];
      out_.key(evaluation::name_of(metric, report_.top_k)).begin_object();
      out_.field("change", difference.mean);
      write_interval(difference.interval);
      out_.field("is_clear", difference.is_clear()).field("better", difference.wins);
      out_.field("worse", difference.losses).field("equal", difference.ties);
      out_.field("sign_test_p", difference.sign_p).end_object();
    }
    out_.end_object();
    write_ids("better", comparison.better);
    write_ids("worse", comparison.worse);
    out_.end_object();
  }

  const Report& report_;
  std::string text_;
  JsonWriter out_{text_};
};

}  // namespace

std::string eval_json(const Report& report, const std::vector<BarOutcome>& bars) {
  return Writer(report).text(bars);
}

}  // namespace aiva::cli
