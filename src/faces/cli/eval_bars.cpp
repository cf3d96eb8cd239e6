#include "faces/cli/eval_bars.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "foundation/text/utf8.h"

namespace aiva::cli {
namespace {

constexpr std::string_view exact_name = "exact@10";
constexpr double rounding = 1e-9;  // of a mean that is the bar itself

Error wrong(std::string_view text, const std::string& message) {
  return {.code = ErrorCode::invalid,
          .message = "--min \"" + std::string(utf8_prefix(text, 80)) + "\": " + message};
}

std::string metric_names(int top_k) {
  std::string names;
  for (auto metric : evaluation::all_metrics) names += evaluation::name_of(metric, top_k) + ", ";
  return names + std::string(exact_name);
}

std::optional<double> measured(const Bar& bar, const evaluation::Run& run) {
  if (!bar.metric) {
    if (!run.exact) return std::nullopt;
    return run.exact->mean;
  }
  auto slice = std::ranges::find(run.slices, bar.tag, &evaluation::Slice::tag);
  if (slice == run.slices.end() || slice->questions == 0) return std::nullopt;
  return slice->metrics[evaluation::index_of(*bar.metric)].mean;
}

}  // namespace

Result<Bar> parse_bar(std::string_view text, int top_k) {
  auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return fail(wrong(text, "must be METRIC=VALUE or METRIC:TAG=VALUE"));
  auto name = text.substr(0, equals);
  auto number = text.substr(equals + 1);
  Bar bar{.text = std::string(text)};
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bar.value);
  bool is_number = error == std::errc() && end == number.data() + number.size();
  if (!is_number || !std::isfinite(bar.value) || bar.value < 0 || bar.value > 1)
    return fail(wrong(text, "the value must be a number between 0 and 1"));
  if (auto colon = name.find(':'); colon != std::string_view::npos) {
    bar.tag = name.substr(colon + 1);
    name = name.substr(0, colon);
    if (bar.tag.empty()) return fail(wrong(text, "the tag is missing"));
  }
  bar.metric = evaluation::parse_metric(name, top_k);
  if (bar.metric || (name == exact_name && bar.tag.empty())) return bar;
  if (name == exact_name) return fail(wrong(text, "exact@10 is measured over all questions only"));
  return fail(wrong(text, "there is no such metric; there are " + metric_names(top_k)));
}

std::vector<BarOutcome> hold_against(const std::vector<Bar>& bars,
                                     const evaluation::Report& report) {
  std::vector<BarOutcome> outcomes;
  for (const auto& bar : bars) {
    auto value = measured(bar, report.runs.front());
    outcomes.push_back({.bar = bar,
                        .measured = value.value_or(0),
                        .is_met = value && *value + rounding >= bar.value});
  }
  return outcomes;
}

}  // namespace aiva::cli
