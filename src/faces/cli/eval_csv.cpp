#include <fmt/format.h>

#include "faces/cli/eval_report.h"

namespace aiva::cli {
namespace {

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string joined(const std::vector<std::string>& tags) {
  std::string out;
  for (const auto& tag : tags) out += (out.empty() ? "" : ";") + tag;
  return out;
}

std::string row_of(const evaluation::Run& run, const evaluation::AskedQuestion& asked,
                   const evaluation::Outcome& outcome) {
  auto row = fmt::format("{},{},{},{}", csv_cell(setting_name(run.setting)), csv_cell(asked.id),
                         asked.is_unanswerable ? "true" : "false", csv_cell(joined(asked.tags)));
  row += asked.is_unanswerable ? std::string(",") : fmt::format(",{}", outcome.rank);
  for (auto value : outcome.values)
    row += asked.is_unanswerable ? std::string(",") : fmt::format(",{:.6g}", value);
  row += fmt::format(",{:.3f},{:.6g}", outcome.time_ms, outcome.best_cosine);
  if (outcome.hits.empty())
    row += ",,";
  else
    row += fmt::format(",{},{}", csv_cell(outcome.hits.front().document),
                       outcome.hits.front().page_first);
  return row + "," + csv_cell(asked.question) + "\r\n";
}

}  // namespace

std::string eval_csv(const evaluation::Report& report) {
  std::string text = "setting,id,unanswerable,tags,rank";
  for (auto metric : evaluation::all_metrics)
    text += "," + evaluation::name_of(metric, report.top_k);
  text += ",time_ms,best_cosine,first_document,first_page,question\r\n";
  for (const auto& run : report.runs)
    for (std::size_t i = 0; i < run.outcomes.size(); ++i)
      text += row_of(run, report.questions[i], run.outcomes[i]);
  return text;
}

}  // namespace aiva::cli
