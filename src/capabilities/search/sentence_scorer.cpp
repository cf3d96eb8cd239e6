#include "capabilities/search/sentence_scorer.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace aiva::search {
namespace {

constexpr double context_share = 0.5;

std::unordered_map<std::string, double> collect_terms(std::string_view question) {
  std::unordered_map<std::string, double> weights;
  auto terms = terms_of(question);
  bool has_content = std::ranges::any_of(terms, [](const Term& t) { return !t.is_stop_word; });
  for (auto& term : terms)
    if (!has_content || !term.is_stop_word) weights.emplace(std::move(term.stem), 0.0);
  return weights;
}

}  // namespace

SentenceScorer::SentenceScorer(std::string_view question,
                               std::span<const std::string_view> sentences)
    : weights_(collect_terms(question)) {
  for (auto sentence : sentences) {
    std::unordered_set<std::string> seen;
    for (auto& term : terms_of(sentence)) {
      auto found = weights_.find(term.stem);
      if (found != weights_.end() && seen.insert(std::move(term.stem)).second) found->second += 1;
    }
  }
  // A word that no sentence has is as rare as one that a single sentence has.
  double count = static_cast<double>(std::max<std::size_t>(sentences.size(), 1));
  double sum = 0;
  for (auto& [stem, weight] : weights_) {
    double frequency = std::clamp(weight, 1.0, count);
    weight = std::log(1 + (count - frequency + 0.5) / (frequency + 0.5));
    sum += weight;
  }
  for (auto& [stem, weight] : weights_) weight /= sum;
}

double SentenceScorer::coverage(std::string_view sentence, std::string_view context) const {
  return coverage(terms_of(sentence), terms_of(context));
}

double SentenceScorer::coverage(const std::vector<Term>& sentence,
                                const std::vector<Term>& context) const {
  std::unordered_set<std::string_view> counted;
  double sum = 0;
  for (const auto& term : sentence)
    if (counted.insert(term.stem).second) sum += weight(term.stem);
  for (const auto& term : context)
    if (counted.insert(term.stem).second) sum += context_share * weight(term.stem);
  return std::min(sum, 1.0);
}

double SentenceScorer::weight(const std::string& stem) const {
  auto found = weights_.find(stem);
  return found == weights_.end() ? 0.0 : found->second;
}

}  // namespace aiva::search
