#include "capabilities/evaluation/internal/plan_checks.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "capabilities/evaluation/internal/golden_checks.h"

namespace aiva::evaluation {
namespace {

constexpr std::size_t settings_max = 20;
constexpr int top_k_max = 50;
constexpr int concurrency_max = 64;
constexpr int rounds_max = 100'000;
constexpr std::size_t exact_questions_max = 1000;
constexpr std::size_t chunks_per_look = 200;

// Every name a target may use for a document.
std::unordered_set<std::string> names_of(const std::vector<knowledge::Document>& documents) {
  std::unordered_set<std::string> names;
  for (const auto& document : documents) {
    if (!document.is_served) continue;
    names.insert(document.id.to_string());
    std::string_view name = document.filename;
    for (;;) {
      names.emplace(name);
      auto slash = name.find('/');
      if (slash == std::string_view::npos) break;
      name.remove_prefix(slash + 1);
    }
  }
  return names;
}

std::string place_of(std::size_t index, std::string_view field) {
  return "expected[" + std::to_string(index) + "]." + std::string(field);
}

bool cuts_anew(const Plan& plan) {
  return std::ranges::any_of(plan.settings,
                             [](const Setting& setting) { return setting.chunks.has_value(); });
}

Task<Result<std::unordered_set<ChunkId>>> known_chunks(CallContext context, const Plan& plan,
                                                       knowledge::Knowledge& knowledge) {
  std::vector<ChunkId> named;
  for (const auto& question : plan.questions)
    for (const auto& target : question.expected)
      if (target.chunk) named.push_back(*target.chunk);
  std::unordered_set<ChunkId> known;
  for (std::size_t at = 0; at < named.size(); at += chunks_per_look) {
    auto first = named.begin() + static_cast<std::ptrdiff_t>(at);
    auto count = std::min(chunks_per_look, named.size() - at);
    std::vector<ChunkId> some(first, first + static_cast<std::ptrdiff_t>(count));
    CO_TRY(auto chunks, co_await knowledge.chunks(context, std::move(some)));
    for (const auto& chunk : chunks)
      if (chunk.knowledge_base == plan.base) known.insert(chunk.id);
  }
  co_return known;
}

}  // namespace

Result<void> check_plan(const Plan& plan) {
  Error error{.code = ErrorCode::invalid, .message = "The evaluation is not valid"};
  auto require = [&error](bool is_good, std::string field, std::string message) {
    if (!is_good) error.details.push_back({std::move(field), std::move(message)});
  };
  require(!plan.questions.empty() && plan.questions.size() <= questions_max, "questions",
          "must be 1 to 10000");
  require(!plan.settings.empty() && plan.settings.size() <= settings_max, "settings",
          "must be 1 to 20");
  require(plan.top_k >= 1 && plan.top_k <= top_k_max, "top_k", "must be between 1 and 50");
  require(plan.concurrency >= 1 && plan.concurrency <= concurrency_max, "concurrency",
          "must be between 1 and 64");
  require(plan.resampling.rounds >= 1 && plan.resampling.rounds <= rounds_max, "rounds",
          "must be between 1 and 100000");
  require(plan.exact_questions <= exact_questions_max, "exact_questions", "must be at most 1000");
  if (!error.details.empty()) return fail(std::move(error));
  return {};
}

Task<Result<void>> check_targets(CallContext context, const Plan& plan,
                                 const std::vector<knowledge::Document>& documents,
                                 knowledge::Knowledge& knowledge) {
  auto names = names_of(documents);
  CO_TRY(auto chunks, co_await known_chunks(context, plan, knowledge));
  bool is_cut_anew = cuts_anew(plan);
  Mistakes mistakes;
  for (const auto& question : plan.questions)
    for (std::size_t i = 0; i < question.expected.size(); ++i) {
      const auto& target = question.expected[i];
      if (!target.document.empty() && !names.contains(target.document))
        mistakes.add(question.line, place_of(i, "document"),
                     "\"" + target.document + "\" is no document of the knowledge base");
      if (target.chunk && is_cut_anew)
        mistakes.add(question.line, place_of(i, "chunk"),
                     "cannot be found where documents are cut anew; use contains");
      else if (target.chunk && !chunks.contains(*target.chunk))
        mistakes.add(question.line, place_of(i, "chunk"), "is no chunk of the knowledge base");
    }
  if (mistakes.count() == 0) co_return Result<void>();
  auto error = std::move(mistakes).error();
  error.message = "The golden set does not fit the knowledge base";
  co_return fail(std::move(error));
}

}  // namespace aiva::evaluation
