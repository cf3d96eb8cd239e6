#include "capabilities/chat/extract.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "capabilities/chat/answer_form.h"
#include "capabilities/search/best_sentence.h"
#include "capabilities/search/sentence_scorer.h"
#include "capabilities/search/terms.h"

namespace aiva::chat {
namespace {

using search::SentenceScorer;
using search::Term;
using search::TextHit;

constexpr std::size_t extract_bytes_max = 700;
constexpr std::size_t reply_bytes_max = 300;  // of the sentences taken after a question
constexpr std::size_t short_bytes_max = 160;  // of a sentence that is too short to tell how
constexpr std::size_t manner_bytes_max = 400;
constexpr std::size_t extracts_max = 3;
constexpr std::size_t hits_taken_on_trust = 4;  // whose first sentences are compared in any case
constexpr std::size_t sentences_on_trust = 3;

// Found by trial on the sample knowledge base and two Debian manuals; README.md says how.
constexpr double coverage_share = 0.5;
constexpr double hit_share = 0.06;
constexpr double form_share = 0.08;
constexpr double phrase_share = 0.08;
constexpr double score_floor = 0.4;
constexpr double unknown_share = 0.2;   // added to the floor for words the documents do not know
constexpr double coverage_floor = 0.5;  // where no meaning could be compared
constexpr double second_share = 0.85;   // of the best score, for a further extract
constexpr double new_terms_min = 0.12;  // of the question's weight that a further extract must add
constexpr double near_duplicate = 0.7;

bool is_question(std::string_view sentence) { return sentence.ends_with('?'); }

// Openings that point back to the sentence before.
bool points_back(std::string_view sentence) {
  constexpr auto openings = std::to_array<std::string_view>(
      {"It ", "They ", "This ", "These ", "Those ", "He ", "She ", "Otherwise", "However", "Then ",
       "In that case", "If so", "If not", "After that", "Its ", "Their "});
  return std::ranges::any_of(openings, [sentence](auto o) { return sentence.starts_with(o); });
}

// The sentences of one chunk with what the scorer says of each.
class ChunkSentences {
 public:
  ChunkSentences(const TextHit& hit, std::size_t index, const SentenceScorer& scorer,
                 bool wants_manner)
      : text_(hit.chunk.text),
        index_(index),
        wants_manner_(wants_manner && hit.chunk.type == "text"),
        sentences_(search::sentences_of(hit.chunk)) {
    auto over = hit.chunk.heading_path;
    if (hit.chunk.type == "table" && !sentences_.empty()) over.append(" ").append(sentences_[0]);
    auto context = search::terms_of(over);
    for (auto sentence : sentences_)
      coverages_.push_back(scorer.coverage(search::terms_of(sentence), context));
  }

  // One extract for each sentence that can stand as an answer.
  std::vector<Extract> extracts() const {
    std::vector<Extract> extracts;
    for (std::size_t i = 0; i < sentences_.size(); ++i)
      if (!is_question(sentences_[i])) extracts.push_back(extract_at(i));
    return extracts;
  }

 private:
  Extract extract_at(std::size_t at) const {
    std::size_t first = at;
    std::size_t last = at;
    double coverage = coverages_[at];
    if (sentences_[at].ends_with(':')) {
      while (last + 1 < sentences_.size() && fits(first, last + 1)) ++last;
    } else if (at > 0 && is_question(sentences_[at - 1])) {
      coverage = std::max(coverage, coverages_[at - 1]);
      while (last + 1 < sentences_.size() && !is_question(sentences_[last + 1]) &&
             fits(first, last + 1, reply_bytes_max))
        ++last;
    } else if (at > 0 && points_back(sentences_[at]) && fits(at - 1, at)) {
      first = at - 1;
      coverage = std::max(coverage, coverages_[at - 1]);
    }
    bool is_short = wants_manner_ && end_of(last) - begin_of(first) < short_bytes_max;
    if (is_short && goes_on_after(last) && fits(first, last + 1, manner_bytes_max)) ++last;
    return {.hit = index_, .begin = begin_of(first), .end = end_of(last), .coverage = coverage};
  }

  [[nodiscard]] bool fits(std::size_t first, std::size_t last,
                          std::size_t bytes_max = extract_bytes_max) const {
    return end_of(last) - begin_of(first) <= bytes_max;
  }
  // Whether the next sentence stands on the same line.
  [[nodiscard]] bool goes_on_after(std::size_t sentence) const {
    if (sentence + 1 >= sentences_.size() || is_question(sentences_[sentence + 1])) return false;
    auto gap = text_.substr(end_of(sentence), begin_of(sentence + 1) - end_of(sentence));
    return gap.find('\n') == std::string_view::npos;
  }
  [[nodiscard]] std::size_t begin_of(std::size_t sentence) const {
    return static_cast<std::size_t>(sentences_[sentence].data() - text_.data());
  }
  [[nodiscard]] std::size_t end_of(std::size_t sentence) const {
    return begin_of(sentence) + sentences_[sentence].size();
  }

  std::string_view text_;
  std::size_t index_;
  bool wants_manner_;
  std::vector<std::string_view> sentences_;
  std::vector<double> coverages_;
};

SentenceScorer make_scorer(std::string_view question, std::span<const TextHit> hits) {
  std::vector<std::string_view> sentences;
  for (const auto& hit : hits) {
    auto more = search::sentences_of(hit.chunk);
    sentences.insert(sentences.end(), more.begin(), more.end());
    sentences.push_back(hit.chunk.heading_path);
  }
  return {question, sentences};
}

std::string_view text_of(std::span<const TextHit> hits, const Extract& extract) {
  return std::string_view(hits[extract.hit].chunk.text)
      .substr(extract.begin, extract.end - extract.begin);
}

// How many terms two texts share, of all they have.
double likeness(std::string_view a, std::string_view b) {
  std::unordered_set<std::string> left;
  std::unordered_set<std::string> right;
  for (auto& term : search::terms_of(a)) left.insert(std::move(term.stem));
  for (auto& term : search::terms_of(b)) right.insert(std::move(term.stem));
  auto shared = std::ranges::count_if(left, [&right](const auto& s) { return right.contains(s); });
  auto all = left.size() + right.size() - static_cast<std::size_t>(shared);
  return all == 0 ? 1 : static_cast<double>(shared) / static_cast<double>(all);
}

bool overlaps(const Extract& a, const Extract& b) {
  return a.hit == b.hit && a.begin < b.end && b.begin < a.end;
}

// The share of the question that `text` covers and `covered` does not; adds it to `covered`.
double gain(const SentenceScorer& scorer, std::string_view text,
            std::unordered_set<std::string>& covered) {
  double sum = 0;
  for (auto& term : search::terms_of(text)) {
    double weight = scorer.weight(term.stem);
    if (weight > 0 && covered.insert(std::move(term.stem)).second) sum += weight;
  }
  return sum;
}

}  // namespace

std::vector<Extract> shortlist_extracts(std::string_view question, std::span<const TextHit> hits,
                                        std::size_t count_max) {
  auto scorer = make_scorer(question, hits);
  AnswerForm form(question);
  std::vector<Extract> by_words;
  std::vector<Extract> on_trust;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    auto extracts = ChunkSentences(hits[i], i, scorer, form.wants_manner()).extracts();
    for (std::size_t at = 0; at < extracts.size(); ++at) {
      auto& extract = extracts[at];
      auto terms = search::terms_of(text_of(hits, extract));
      extract.form = form_share * form.likeness(terms) + phrase_share * scorer.phrase_share(terms);
      extract.score = extract.coverage + hit_share * hits[i].score + extract.form;
      if (extract.coverage > 0)
        by_words.push_back(extract);
      else if (i < hits_taken_on_trust && at < sentences_on_trust)
        on_trust.push_back(extract);
    }
  }
  std::ranges::stable_sort(by_words, std::ranges::greater(), &Extract::score);
  // A quarter of the places is kept for sentences without a shared word.
  auto trusted = std::min(on_trust.size(), count_max / 4);
  by_words.resize(std::min(by_words.size(), count_max - trusted));
  on_trust.resize(std::min(on_trust.size(), count_max - by_words.size()));
  by_words.insert(by_words.end(), on_trust.begin(), on_trust.end());
  return by_words;
}

std::string text_to_embed(std::span<const TextHit> hits, const Extract& extract) {
  auto text = search::one_line(text_of(hits, extract), extract_bytes_max);
  std::string_view path = hits[extract.hit].chunk.heading_path;
  auto last = path.rfind(" > ");
  auto heading = last == std::string_view::npos ? path : path.substr(last + 3);
  return heading.empty() ? text : std::string(heading) + ": " + text;
}

std::vector<Extract> choose_extracts(std::string_view question, std::span<const TextHit> hits,
                                     std::vector<Extract> shortlist) {
  auto scorer = make_scorer(question, hits);
  for (auto& extract : shortlist) {
    double likely = extract.coverage;
    if (extract.cosine)
      likely = coverage_share * likely + (1 - coverage_share) * std::max(*extract.cosine, 0.0);
    extract.score = likely + hit_share * hits[extract.hit].score + extract.form;
  }
  std::ranges::stable_sort(shortlist, std::ranges::greater(), &Extract::score);
  if (shortlist.empty()) return {};
  const auto& best = shortlist.front();
  double floor = score_floor + unknown_share * scorer.unknown_share();
  bool is_answer = best.cosine ? best.score >= floor : best.coverage >= coverage_floor;
  if (!is_answer) return {};

  std::unordered_set<std::string> covered;
  std::vector<Extract> chosen;
  for (const auto& extract : shortlist) {
    if (chosen.size() == extracts_max || extract.score < second_share * shortlist.front().score)
      break;
    auto text = text_of(hits, extract);
    bool is_repetition = std::ranges::any_of(chosen, [&](const Extract& other) {
      return overlaps(extract, other) || likeness(text, text_of(hits, other)) >= near_duplicate;
    });
    if (is_repetition) continue;
    double added = gain(scorer, text, covered);
    if (chosen.empty() || added >= new_terms_min) chosen.push_back(extract);
  }

  // Reading order: the document of the best extract first, each document from its beginning.
  std::unordered_map<DocumentId, std::size_t> order;
  for (const auto& extract : chosen) order.emplace(hits[extract.hit].chunk.document, order.size());
  std::ranges::stable_sort(chosen, {}, [&](const Extract& extract) {
    const auto& chunk = hits[extract.hit].chunk;
    return std::tuple(order[chunk.document], chunk.index, extract.begin);
  });
  return chosen;
}

}  // namespace aiva::chat
