#include "faces/cli/eval_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "faces/cli/eval_report.h"
#include "faces/cli/output.h"
#include "faces/cli/terminal.h"

namespace aiva::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t golden_bytes_max = 16UL * 1024 * 1024;
constexpr int interrupted = 130;

Result<std::string> read_file(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return fail(ErrorCode::not_found, "There is no file " + path.string());
  if (fs::file_size(path, error) > golden_bytes_max)
    return fail(ErrorCode::invalid, path.string() + " has more than 16 MB");
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) return fail(ErrorCode::unavailable, "Cannot read " + path.string());
  return std::move(content).str();
}

// Whole or not at all.
Result<void> write_file(const fs::path& path, std::string_view text) {
  auto temporary = path;
  temporary += ".part";
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file) fs::rename(temporary, path, error);
  if (file && !error) return {};
  std::error_code ignored;
  fs::remove(temporary, ignored);
  return fail(ErrorCode::unavailable, "Cannot write " + path.string());
}

Result<evaluation::GoldenFormat> format_of(const fs::path& path) {
  auto extension = path.extension().string();
  if (extension == ".jsonl" || extension == ".ndjson") return evaluation::GoldenFormat::json_lines;
  if (extension == ".csv") return evaluation::GoldenFormat::csv;
  return fail(ErrorCode::invalid, path.string() + " must end in .jsonl or .csv");
}

Result<void> check_tags(const std::vector<Bar>& bars, const evaluation::Plan& plan) {
  std::set<std::string> tags;
  for (const auto& question : plan.questions)
    if (!question.is_unanswerable) tags.insert(question.tags.begin(), question.tags.end());
  for (const auto& bar : bars)
    if (!bar.tag.empty() && !tags.contains(bar.tag))
      return fail(ErrorCode::invalid, "--min \"" + bar.text +
                                          "\": no question with an answer has "
                                          "the tag \"" +
                                          bar.tag + "\"");
  return {};
}

class Progress {
 public:
  explicit Progress(bool is_quiet) : bar_("eval", is_quiet) {}

  void show(const evaluation::EvaluationProgress& progress) {
    auto share = progress.done * 100 / std::max<std::size_t>(progress.all, 1);
    auto percent = (progress.run * 100 + share) / std::max<std::size_t>(progress.runs, 1);
    std::string step(progress.step);
    if (progress.runs > 1)
      step +=
          ", setting " + std::to_string(progress.run + 1) + " of " + std::to_string(progress.runs);
    bar_.show(static_cast<int>(std::min<std::size_t>(percent, 100)), step);
  }
  void finish(std::string_view outcome) { bar_.finish(outcome); }

 private:
  ProgressBar bar_;
};

}  // namespace

int report_mistakes(const Error& error) {
  if (error.code == ErrorCode::cancelled) {
    std::fprintf(stderr, "aiva: interrupted\n");
    return interrupted;
  }
  if (error.details.size() < 2) return report(error);
  auto brief = error;
  brief.details.clear();
  int code = report(brief);
  for (const auto& detail : error.details)
    std::fprintf(stderr, "  %s %s\n", detail.field.c_str(), detail.message.c_str());
  return code;
}

Result<EvalRequest> read_eval_request(const EvalArguments& arguments) {
  EvalRequest request;
  auto& plan = request.plan;
  for (const auto& text : arguments.settings) {
    TRY(auto setting, evaluation::parse_setting(text));
    plan.settings.push_back(std::move(setting));
  }
  plan.top_k = arguments.top_k;
  plan.concurrency = arguments.concurrency;
  plan.resampling = {.seed = arguments.seed, .rounds = arguments.rounds};
  plan.exact_questions = static_cast<std::size_t>(arguments.exact_questions);
  for (const auto& text : arguments.bars) {
    TRY(auto bar, parse_bar(text, plan.top_k));
    request.bars.push_back(std::move(bar));
  }
  TRY(auto format, format_of(arguments.golden));
  TRY(auto text, read_file(arguments.golden));
  TRY(plan.questions, evaluation::read_golden_set(text, format));
  TRY_VOID(check_tags(request.bars, plan));
  return request;
}

int run_eval(evaluation::Evaluation& evaluation, const CallContext& context, EvalRequest request,
             const EvalArguments& arguments, bool is_json) {
  Progress progress(is_json || arguments.is_csv);
  request.plan.listener = [&progress](const evaluation::EvaluationProgress& told) {
    progress.show(told);
  };
  auto report = sync_wait(evaluation.run(context, std::move(request.plan)));
  progress.finish(report ? "done" : "failed");
  if (!report) return report_mistakes(report.error());
  auto bars = hold_against(request.bars, *report);
  auto table = eval_table(*report, bars);
  auto text = is_json ? eval_json(*report, bars) : arguments.is_csv ? eval_csv(*report) : table;
  const auto& shown = arguments.output.empty() ? text : table;
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  if (!arguments.output.empty()) {
    auto written = write_file(arguments.output, text);
    if (!written) return cli::report(written.error());
  }
  bool is_missed = !std::ranges::all_of(bars, &BarOutcome::is_met);
  return is_missed ? 1 : 0;
}

int run_eval_template(evaluation::Evaluation& evaluation, const CallContext& context,
                      KnowledgeBaseId base, const EvalArguments& arguments) {
  auto count = static_cast<std::size_t>(arguments.count);
  auto questions = sync_wait(evaluation.draft(context, base, count));
  if (!questions) return report_mistakes(questions.error());
  auto text = evaluation::write_golden_set(*questions);
  if (arguments.output.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  auto written = write_file(arguments.output, text);
  if (!written) return report(written.error());
  std::printf("%zu questions to edit in %s\n", questions->size(), arguments.output.c_str());
  return 0;
}

}  // namespace aiva::cli
