#include "capabilities/chat/extract.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "capabilities/search/best_sentence.h"
#include "capabilities/search/sentence_scorer.h"
#include "capabilities/search/terms.h"

namespace aiva::chat {
namespace {

using search::SentenceScorer;
using search::Term;
using search::TextHit;

constexpr std::size_t extract_bytes_max = 700;
constexpr std::size_t quote_bytes_max = 700;
constexpr std::size_t reply_bytes_max = 300;  // of the sentences taken after a question
constexpr std::size_t extracts_max = 3;
constexpr std::size_t hits_taken_on_trust = 4;  // whose first sentences are compared in any case
constexpr std::size_t sentences_on_trust = 3;

// Found by trial on the sample knowledge base and two Debian manuals; README.md says how.
constexpr double coverage_share = 0.5;
constexpr double hit_share = 0.06;
constexpr double figure_bonus = 0.04;
constexpr double score_floor = 0.36;
constexpr double coverage_floor = 0.5;  // where no meaning could be compared
constexpr double second_share = 0.75;   // of the best score, for a further extract
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

bool asks_for_figure(std::string_view question) {
  constexpr auto words = std::to_array<std::string_view>(
      {"when", "many", "much", "long", "often", "old", "far", "price", "cost", "fee", "number",
       "hour", "dai", "weight", "temperatur", "limit", "maximum", "minimum"});
  return std::ranges::any_of(search::terms_of(question), [&words](const Term& term) {
    return std::ranges::find(words, std::string_view(term.stem)) != words.end();
  });
}

bool has_figure(std::string_view text) {
  constexpr auto words = std::to_array<std::string_view>(
      {"one",   "two",   "three", "four",   "fiv",   "six",     "seven",
       "eight", "nine",  "ten",   "twelv",  "dozen", "hundr",   "thousand",
       "dai",   "daili", "week",  "weekli", "month", "monthli", "year"});
  if (text.find_first_of("0123456789") != std::string_view::npos) return true;
  return std::ranges::any_of(search::terms_of(text), [&words](const Term& term) {
    return std::ranges::find(words, std::string_view(term.stem)) != words.end();
  });
}

// The sentences of one chunk with what the scorer says of each.
class ChunkSentences {
 public:
  ChunkSentences(const TextHit& hit, std::size_t index, const SentenceScorer& scorer)
      : text_(hit.chunk.text), index_(index), sentences_(search::sentences_of(hit.chunk)) {
    auto context = search::terms_of(hit.chunk.heading_path);
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
             end_of(last + 1) - begin_of(first) <= reply_bytes_max)
        ++last;
    } else if (at > 0 && points_back(sentences_[at]) && fits(at - 1, at)) {
      first = at - 1;
      coverage = std::max(coverage, coverages_[at - 1]);
    }
    return {.hit = index_, .begin = begin_of(first), .end = end_of(last), .coverage = coverage};
  }

  [[nodiscard]] bool fits(std::size_t first, std::size_t last) const {
    return end_of(last) - begin_of(first) <= extract_bytes_max;
  }
  [[nodiscard]] std::size_t begin_of(std::size_t sentence) const {
    return static_cast<std::size_t>(sentences_[sentence].data() - text_.data());
  }
  [[nodiscard]] std::size_t end_of(std::size_t sentence) const {
    return begin_of(sentence) + sentences_[sentence].size();
  }

  std::string_view text_;
  std::size_t index_;
  std::vector<std::string_view> sentences_;
  std::vector<double> coverages_;
};

SentenceScorer make_scorer(std::string_view question, std::span<const TextHit> hits) {
  std::vector<std::string_view> sentences;
  for (const auto& hit : hits) {
    auto more = search::sentences_of(hit.chunk);
    sentences.insert(sentences.end(), more.begin(), more.end());
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

// Numbers in brackets that stand in a document would read as our own markers.
std::string without_markers(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = i + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    bool is_marker = text[i] == '[' && end > i + 1 && end < text.size() && text[end] == ']';
    if (!is_marker) {
      out += text[i];
      continue;
    }
    out += '(';
    out += text.substr(i + 1, end - i - 1);
    out += ')';
    i = end;
  }
  return out;
}

// An extract as it is shown: steps keep their lines when it stands alone, code its form.
std::string shown(const TextHit& hit, std::string_view text, bool is_alone) {
  if (hit.chunk.type == "code") return "\n```\n" + std::string(text) + "\n```\n";
  if (is_alone && text.find('\n') != std::string_view::npos) return without_markers(text);
  return without_markers(search::one_line(text, extract_bytes_max));
}

}  // namespace

std::vector<Extract> shortlist_extracts(std::string_view question, std::span<const TextHit> hits,
                                        std::size_t count_max) {
  auto scorer = make_scorer(question, hits);
  std::vector<Extract> by_words;
  std::vector<Extract> on_trust;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    auto extracts = ChunkSentences(hits[i], i, scorer).extracts();
    for (std::size_t at = 0; at < extracts.size(); ++at) {
      auto& extract = extracts[at];
      extract.score = extract.coverage + hit_share * hits[i].score;
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
  bool wants_figure = asks_for_figure(question);
  for (auto& extract : shortlist) {
    double words = extract.coverage;
    double likely = extract.cosine ? coverage_share * words +
                                         (1 - coverage_share) * std::max(*extract.cosine, 0.0)
                                   : words;
    bool has_bonus = wants_figure && has_figure(text_of(hits, extract));
    extract.score = likely + hit_share * hits[extract.hit].score + (has_bonus ? figure_bonus : 0);
  }
  std::ranges::stable_sort(shortlist, std::ranges::greater(), &Extract::score);
  if (shortlist.empty()) return {};
  const auto& best = shortlist.front();
  bool is_answer = best.cosine ? best.score >= score_floor : best.coverage >= coverage_floor;
  if (!is_answer) return {};

  auto scorer = make_scorer(question, hits);
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

ExtractiveReply compose_reply(std::span<const TextHit> hits, std::span<const Extract> extracts) {
  ExtractiveReply reply;
  if (extracts.empty()) {
    reply.lead = "The documents of this knowledge base do not answer the question.";
    return reply;
  }
  bool is_alone = extracts.size() == 1;
  reply.lead = "From the documents:";
  for (const auto& extract : extracts) {
    const auto& hit = hits[extract.hit];
    auto text = text_of(hits, extract);
    auto number = static_cast<int>(reply.sources.size()) + 1;
    auto display = shown(hit, text, is_alone);
    bool has_lines = display.find('\n') != std::string::npos;
    auto before = !is_alone ? "\n\n- " : has_lines ? "\n\n" : " ";
    reply.parts.push_back(before + display + " [" + std::to_string(number) + "]");
    reply.sources.push_back({.number = number,
                             .document = hit.chunk.document,
                             .document_name = hit.chunk.document_name,
                             .chunk = hit.chunk.id,
                             .page = knowledge::page_at(hit.chunk, extract.begin),
                             .quote = search::one_line(text, quote_bytes_max),
                             .heading_path = hit.chunk.heading_path,
                             .score = std::min(extract.score, 1.0)});
  }
  return reply;
}

}  // namespace aiva::chat
