#include "capabilities/search/sentence_scorer.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace aiva::search {
namespace {

constexpr double context_share = 0.5;
constexpr double prefix_share = 0.5;
constexpr std::size_t prefix_bytes_min = 4;
constexpr std::size_t phrase_distance_max = 3;

std::vector<std::string> weighing_terms(std::string_view question) {
  auto terms = terms_of(question);
  bool has_content = std::ranges::any_of(terms, [](const Term& t) { return !t.is_stop_word; });
  std::vector<std::string> stems;
  for (auto& term : terms)
    if (!has_content || !term.is_stop_word) stems.push_back(std::move(term.stem));
  return stems;
}

// Which share of a word's weight the other word earns.
double likeness(std::string_view wanted, std::string_view given) {
  // Most words differ in their first letter.
  if (given.size() < wanted.size() || given[0] != wanted[0] || !given.starts_with(wanted)) return 0;
  if (given.size() == wanted.size()) return 1;
  return wanted.size() >= prefix_bytes_min ? prefix_share : 0;
}

double best_likeness(std::string_view wanted, const std::vector<Term>& terms) {
  double best = 0;
  for (const auto& term : terms) best = std::max(best, likeness(wanted, term.stem));
  return best;
}

std::vector<Sentence> with_terms(std::span<const std::string_view> texts) {
  std::vector<Sentence> sentences;
  sentences.reserve(texts.size());
  for (auto text : texts) sentences.push_back({.text = text, .terms = terms_of(text)});
  return sentences;
}

}  // namespace

SentenceScorer::SentenceScorer(std::string_view question,
                               std::span<const std::string_view> sentences)
    : SentenceScorer(question, with_terms(sentences)) {}

SentenceScorer::SentenceScorer(std::string_view question, std::span<const Sentence> sentences)
    : order_(weighing_terms(question)) {
  for (const auto& stem : order_) weights_.emplace(stem, 0.0);
  std::unordered_set<std::string> met;
  for (const auto& sentence : sentences) {
    for (auto& [stem, frequency] : weights_) {
      double best = best_likeness(stem, sentence.terms);
      if (best > 0) met.insert(stem);
      if (best == 1) frequency += 1;
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
  for (auto& [stem, weight] : weights_) {
    weight /= sum;
    if (!met.contains(stem)) unknown_share_ += weight;
  }
}

double SentenceScorer::coverage(std::string_view sentence, std::string_view context) const {
  return coverage(terms_of(sentence), terms_of(context));
}

double SentenceScorer::coverage(const std::vector<Term>& sentence,
                                const std::vector<Term>& context) const {
  double sum = 0;
  for (const auto& [stem, weight] : weights_)
    sum += weight *
           std::max(best_likeness(stem, sentence), context_share * best_likeness(stem, context));
  return std::min(sum, 1.0);
}

double SentenceScorer::phrase_share(const std::vector<Term>& sentence) const {
  if (order_.size() < 2) return 0;
  double together = 0;
  for (std::size_t pair = 0; pair + 1 < order_.size(); ++pair) {
    auto is_near = [&](std::size_t at) {
      for (std::size_t i = at + 1; i < sentence.size() && i <= at + phrase_distance_max; ++i)
        if (sentence[i].stem == order_[pair + 1]) return true;
      return false;
    };
    for (std::size_t at = 0; at < sentence.size(); ++at) {
      if (sentence[at].stem != order_[pair] || !is_near(at)) continue;
      together += 1;
      break;
    }
  }
  return together / static_cast<double>(order_.size() - 1);
}

double SentenceScorer::weight(const std::string& stem) const {
  auto found = weights_.find(stem);
  return found == weights_.end() ? 0.0 : found->second;
}

}  // namespace aiva::search
