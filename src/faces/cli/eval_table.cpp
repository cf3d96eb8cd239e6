#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "faces/cli/eval_report.h"
#include "foundation/text/utf8.h"

namespace aiva::cli {
namespace {

using evaluation::Metric;
using evaluation::Report;
using evaluation::Run;
using evaluation::Slice;

constexpr std::size_t questions_named_max = 10;
constexpr std::size_t name_width = 22;

// The table of one report, line by line.
class Table {
 public:
  explicit Table(const Report& report) : report_(report) {}

  std::string text(const std::vector<BarOutcome>& bars) {
    auto unanswerable =
        std::ranges::count(report_.questions, true, &evaluation::AskedQuestion::is_unanswerable);
    add("Knowledge base '{}', {} questions, {} of them without an answer in it.\n",
        report_.base_name, report_.questions.size(), unanswerable);
    if (report_.is_changed) add("It changed meanwhile: the runs may not compare.\n");
    for (const auto& run : report_.runs) add_run(run);
    for (const auto& comparison : report_.comparisons) add_comparison(comparison);
    add_bars(bars);
    return std::move(text_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }

  void add_run(const Run& run) {
    add("\n{} ({} chunks)\n", setting_name(run.setting), run.chunks);
    add("{:<{}}{:>5}", "", name_width, "n");
    for (auto metric : evaluation::all_metrics)
      add("  {:>{}}", evaluation::name_of(metric, report_.top_k), width_of(metric));
    add("\n");
    for (const auto& slice : run.slices) add_slice(slice);
    const auto& time = run.latency;
    add("A search took {:.1f} ms, p50 {:.1f}, p95 {:.1f}, p99 {:.1f} ({} at a time).\n",
        time.mean_ms, time.p50_ms, time.p95_ms, time.p99_ms, report_.concurrency);
    if (run.separation)
      add("Best cosine {:.3f} with an answer, {:.3f} without; area under the ROC curve {:.3f}.\n",
          run.separation->answerable_cosine, run.separation->unanswerable_cosine,
          run.separation->area);
    if (run.exact)
      add("Of the {} exactly nearest vectors {:.4f} were brought up, at least {:.1f} "
          "({} questions, {} vectors).\n",
          run.exact->depth, run.exact->mean, run.exact->least, run.exact->questions,
          run.exact->vectors);
    add_lost(run);
  }

  [[nodiscard]] std::size_t width_of(Metric metric) const {
    constexpr std::size_t value_width = 5;
    return std::max(evaluation::name_of(metric, report_.top_k).size(), value_width);
  }

  void add_slice(const Slice& slice) {
    bool is_all = slice.tag.empty();
    add_values(is_all ? "all" : slice.tag, slice,
               [](const evaluation::Estimate& estimate) { return estimate.mean; });
    if (!is_all || slice.questions == 0) return;
    add_values("  95 % from", slice, [](const auto& estimate) { return estimate.interval.low; });
    add_values("  to", slice, [](const auto& estimate) { return estimate.interval.high; });
  }

  template <class Value>
  void add_values(std::string_view name, const Slice& slice, Value value) {
    bool is_bound = name.starts_with(' ');
    add("{:<{}}{:>5}", utf8_prefix(name, name_width), name_width,
        is_bound ? std::string() : std::to_string(slice.questions));
    for (auto metric : evaluation::all_metrics)
      add("  {:>{}.3f}", value(slice.metrics[evaluation::index_of(metric)]), width_of(metric));
    add("\n");
  }

  // Up to ten questions, each with a few words about it.
  template <class About>
  void add_questions(std::string_view what, const std::vector<std::size_t>& places, About about) {
    if (places.empty()) return;
    add("{} ({}):", what, places.size());
    for (std::size_t i = 0; i < std::min(places.size(), questions_named_max); ++i)
      add("{} {}{}", i > 0 ? "," : "", report_.questions[places[i]].id, about(places[i]));
    add("{}\n", places.size() > questions_named_max ? ", …" : "");
  }

  void add_lost(const Run& run) {
    std::vector<std::size_t> lost;
    for (std::size_t i = 0; i < run.outcomes.size(); ++i)
      if (!report_.questions[i].is_unanswerable && run.outcomes[i].rank == 0) lost.push_back(i);
    auto nothing = [](std::size_t) { return std::string(); };
    add_questions("Not found", lost, nothing);
    if (run.unreachable) add_questions("In no chunk as a whole", *run.unreachable, nothing);
  }

  void add_comparison(const evaluation::Comparison& comparison) {
    const auto& run = report_.runs[comparison.run];
    const auto& first = report_.runs.front();
    add("\n{} against {}\n", setting_name(run.setting), setting_name(first.setting));
    add("{:<{}}{:>8}{:>11}{:>8}{:>8}{:>7}{:>13}\n", "", name_width, "change", "95 % from", "to",
        "better", "worse", "sign test p");
    for (auto metric : evaluation::all_metrics) {
      const auto& difference = comparison.metrics[evaluation::index_of(metric)];
      add("{:<{}}{:>+8.3f}{:>+11.3f}{:>+8.3f}{:>8}{:>7}{:>13.3f}{}\n",
          evaluation::name_of(metric, report_.top_k), name_width, difference.mean,
          difference.interval.low, difference.interval.high, difference.wins, difference.losses,
          difference.sign_p, difference.is_clear() ? "  clear" : "");
    }
    auto ranks = [&](std::size_t place) {
      return fmt::format(" ({} → {})", rank_name(first.outcomes[place].rank),
                         rank_name(run.outcomes[place].rank));
    };
    add_questions("Better", comparison.better, ranks);
    add_questions("Worse", comparison.worse, ranks);
  }

  static std::string rank_name(int rank) { return rank == 0 ? "none" : std::to_string(rank); }

  void add_bars(const std::vector<BarOutcome>& bars) {
    if (bars.empty()) return;
    add("\n");
    for (const auto& outcome : bars)
      add("{} {}: {:.4f}\n", outcome.is_met ? "reached" : "MISSED ", outcome.bar.text,
          outcome.measured);
  }

  const Report& report_;
  std::string text_;
};

}  // namespace

std::string setting_name(const evaluation::Setting& setting) {
  return setting.name.empty() ? "as it is" : setting.name;
}

std::string eval_table(const Report& report, const std::vector<BarOutcome>& bars) {
  return Table(report).text(bars);
}

}  // namespace aiva::cli
