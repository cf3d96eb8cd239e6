#include "capabilities/evaluation/internal/reach.h"

#include <algorithm>

namespace aiva::evaluation {
namespace {

constexpr std::int64_t looks_max = 20'000'000;  // targets times passages

}  // namespace

ReachCheck::ReachCheck(const std::vector<GoldenQuestion>& questions,
                       const DocumentAliases* aliases) {
  judges_.reserve(questions.size());
  for (std::size_t i = 0; i < questions.size(); ++i) {
    judges_.emplace_back(questions[i], aliases);
    for (std::size_t j = 0; j < questions[i].expected.size(); ++j)
      if (questions[i].expected[j].grade > 0) sought_.push_back({.question = i, .target = j});
  }
}

bool ReachCheck::is_affordable(std::int64_t passages) const {
  auto targets = static_cast<std::int64_t>(sought_.size());
  return passages <= looks_max / std::max<std::int64_t>(targets, 1);
}

void ReachCheck::offer(const knowledge::Document& document,
                       const std::vector<IndexedPassage>& passages) {
  for (const auto& passage : passages) {
    knowledge::Chunk chunk{.id = passage.chunk,
                           .document = document.id,
                           .text = passage.text,
                           .heading_path = passage.heading,
                           .page_first = passage.page_first,
                           .page_last = passage.page_last,
                           .document_name = document.filename};
    auto text = Judge::text_of(chunk);
    for (auto& sought : sought_)
      if (!sought.is_found)
        sought.is_found = judges_[sought.question].fits(chunk, text, sought.target);
  }
}

std::vector<std::size_t> ReachCheck::unreachable() const {
  std::vector<std::size_t> found;
  for (const auto& sought : sought_)
    if (!sought.is_found && (found.empty() || found.back() != sought.question))
      found.push_back(sought.question);
  return found;
}

}  // namespace aiva::evaluation
