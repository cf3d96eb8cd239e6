#include "retrieval/keywords/keyword_search.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "retrieval/keywords/phrase_rows.h"
#include "retrieval/keywords/posting_cursor.h"
#include "retrieval/keywords/resolved_query.h"
#include "retrieval/top_k.h"

namespace aiva::retrieval {
namespace {

// So many rows are scored at once; their points stay in the processor's nearest cache.
constexpr std::uint32_t window_rows = 2048;
// So many of them are looked at together; a part of window_rows.
constexpr std::uint32_t stride = 16;

struct RowPlace {
  std::uint32_t block = 0;
  std::uint32_t row = 0;

  auto operator<=>(const RowPlace&) const = default;
};

using Points = std::array<std::uint32_t, window_rows>;

// A word of the query in one block.
struct Word {
  std::vector<PostingCursor> cursors;
  std::uint32_t bound = 0;  // what no row of the window has of it
};

// A row of the window that may be among the best.
struct Candidate {
  std::uint32_t row = 0;
  std::uint32_t points = 0;
};

// What a search needs for one window at a time; the same for all blocks.
struct Scratch {
  Points points;
  Points word_points;
  std::vector<Candidate> kept = std::vector<Candidate>(window_rows);
};

// Scores one block window by window (MaxScore, Turtle and Flood): words that cannot lift a row
// among the best are not gone through, but only looked up in rows that others have.
class BlockSearch {
 public:
  BlockSearch(const KeywordScope& scope, std::uint32_t number, const ResolvedQuery& query,
              std::vector<std::uint64_t> phrase_rows, bool has_phrases, Scratch& scratch,
              TopK<RowPlace>& best)
      : scope_(scope),
        number_(number),
        has_phrases_(has_phrases),
        phrase_rows_(std::move(phrase_rows)),
        lists_(query.lists_of(number)),
        best_(best),
        points_(scratch.points),
        word_points_(scratch.word_points),
        kept_(scratch.kept) {
    for (const auto& lists : lists_) {
      auto& word = words_.emplace_back();
      word.cursors.reserve(lists.lists.size());
      for (const auto& list : lists.lists)
        word.cursors.emplace_back(list, *scope.block, query.bm25());
    }
  }

  void run() {
    auto rows = static_cast<std::uint32_t>(scope_.block->rows());
    for (std::uint32_t begin = 0; begin < rows; begin += window_rows)
      search_window(begin, std::min(begin + window_rows, rows));
  }

 private:
  void search_window(std::uint32_t begin, std::uint32_t end) {
    if (words_.empty() || !sees_any(begin, end)) return;
    order_.clear();
    for (auto& word : words_) {
      word.bound = 0;
      for (auto& cursor : word.cursors) word.bound = std::max(word.bound, cursor.bound(begin, end));
      if (word.bound > 0) order_.push_back(&word);
    }
    std::ranges::sort(order_, {}, &Word::bound);
    auto threshold = points_to_beat();
    std::size_t optional = 0;  // so many words alone lift no row above the threshold
    std::uint64_t optional_points = 0;
    for (; optional < order_.size(); ++optional) {
      if (optional_points + order_[optional]->bound > threshold) break;
      optional_points += order_[optional]->bound;
    }
    if (optional == order_.size()) return;
    add_points(std::span(order_).subspan(optional), begin, end);
    collect(begin, end, threshold - std::min(threshold, optional_points));
    look_up(std::span(order_).first(optional), optional_points);
    for (const auto& candidate : candidates_)
      best_.offer(static_cast<float>(candidate.points), {number_, candidate.row});
  }

  // What a row must have more than to be among the best.
  [[nodiscard]] std::uint64_t points_to_beat() const {
    auto score = best_.score_min();
    return score > 0 ? static_cast<std::uint64_t>(score) : 0;
  }

  void add_points(std::span<Word* const> words, std::uint32_t begin, std::uint32_t end) {
    auto rows = rows_looked_at(begin, end);
    std::fill_n(points_.begin(), rows, 0);
    for (auto* word : words) {
      if (word->cursors.size() == 1) {
        word->cursors[0].visit(begin, end, [&](std::uint32_t row, std::uint32_t points) {
          points_[row - begin] += points;
        });
        continue;
      }
      std::fill_n(word_points_.begin(), rows, 0);
      for (auto& cursor : word->cursors)
        cursor.visit(begin, end, [&](std::uint32_t row, std::uint32_t points) {
          auto& most = word_points_[row - begin];
          most = std::max(most, points);
        });
      for (std::size_t i = 0; i < rows; ++i) points_[i] += word_points_[i];
    }
  }

  // Of a window, up to a whole stride.
  static std::size_t rows_looked_at(std::uint32_t begin, std::uint32_t end) {
    return (end - begin + stride - 1) / stride * stride;
  }

  // The visible rows of more than `points_min` points. No row has 2^31: the differences' signs say
  // whether any of a stride has more.
  void collect(std::uint32_t begin, std::uint32_t end, std::uint64_t points_min) {
    std::size_t count = 0;
    constexpr std::uint32_t sign = 1U << 31U;
    auto least = static_cast<std::uint32_t>(std::min<std::uint64_t>(points_min, sign - 1));
    for (std::uint32_t first = 0; first < end - begin; first += stride) {
      std::uint32_t differences = 0;
      for (std::uint32_t i = first; i < first + stride; ++i) differences |= least - points_[i];
      if ((differences & sign) == 0) continue;
      // Without a branch for each row, as none could be foretold.
      for (std::uint32_t i = first; i < first + stride; ++i) {
        kept_[count] = {begin + i, points_[i]};
        count += (least - points_[i]) >> 31U;
      }
    }
    candidates_ = std::span(kept_).first(count);
    if (has_phrases_ || !scope_.mask.is_open())
      keep_candidates([this](const Candidate& each) { return sees(each.row); });
  }

  // Adds the points of the remaining words, those of the greatest bound first, and drops rows that
  // cannot be among the best.
  void look_up(std::span<Word* const> words, std::uint64_t points_left) {
    auto threshold = points_to_beat();
    for (std::size_t i = words.size(); i-- > 0;) {
      auto least = threshold - std::min(threshold, points_left);
      keep_candidates([least](const Candidate& each) { return each.points > least; });
      for (auto& candidate : candidates_) {
        std::uint32_t most = 0;
        for (auto& cursor : words[i]->cursors)
          most = std::max(most, cursor.points_of(candidate.row));
        candidate.points += most;
      }
      points_left -= words[i]->bound;
    }
  }

  template <class Condition>
  void keep_candidates(Condition is_kept) {
    std::size_t count = 0;
    for (auto candidate : candidates_) {
      kept_[count] = candidate;
      count += is_kept(candidate) ? 1 : 0;
    }
    candidates_ = candidates_.first(count);
  }

  [[nodiscard]] bool sees(std::uint32_t row) const {
    bool has_phrases = !has_phrases_ || (phrase_rows_[row / 64] >> row % 64 & 1U) != 0;
    return has_phrases && scope_.mask.sees(row);
  }

  [[nodiscard]] bool sees_any(std::uint32_t begin, std::uint32_t end) const {
    auto has_bit = [&](std::span<const std::uint64_t> bits) {
      auto last = std::min<std::size_t>((end + 63) / 64, bits.size());
      for (std::size_t i = begin / 64; i < last; ++i)
        if (bits[i] != 0) return true;
      return false;
    };
    return (!has_phrases_ || has_bit(phrase_rows_)) &&
           (scope_.mask.allowed.empty() || has_bit(scope_.mask.allowed));
  }

  const KeywordScope& scope_;
  std::uint32_t number_;
  bool has_phrases_;
  std::vector<std::uint64_t> phrase_rows_;
  std::vector<WordLists> lists_;
  std::vector<Word> words_;
  TopK<RowPlace>& best_;

  std::vector<Word*> order_;  // the words of the window, those of the least bound first
  Points& points_;
  Points& word_points_;
  std::vector<Candidate>& kept_;
  std::span<Candidate> candidates_;  // of kept_
};

KeywordReason explain_word(const WordLists& word, const KeywordQuery& query,
                           const KeywordBlock& block, const Bm25& bm25, std::uint32_t row) {
  KeywordReason reason;
  std::uint32_t most = 0;
  for (const auto& list : word.lists) {
    PostingCursor cursor(list, block, bm25);
    auto points = cursor.points_of(row);
    if (points <= most) continue;
    most = points;
    auto at = cursor.place();
    const auto& asked = query.words[word.word];
    bool is_marked = list.term->starts_with(stem_mark);
    reason = {.word = asked.text,
              .term = is_marked ? list.term->substr(1) : *list.term,
              .is_stem = list.is_stem,
              .body = cursor.postings().body[at],
              .heading = cursor.postings().heading[at],
              .title = cursor.postings().title[at],
              .rarity = bm25.rarity(word.points_max),
              .score = static_cast<float>(points) / points_per_score};
  }
  return reason;
}

}  // namespace

std::vector<KeywordMatch> search_keywords(std::span<const KeywordScope> scopes,
                                          const KeywordQuery& query, const Bm25Settings& settings,
                                          std::size_t count_max) {
  if (query.is_empty() || count_max == 0) return {};
  ResolvedQuery resolved(scopes, query, settings);
  TopK<RowPlace> best(count_max);
  Scratch scratch;
  for (std::uint32_t number = 0; number < scopes.size(); ++number) {
    const auto& scope = scopes[number];
    bool has_phrases = !query.phrases.empty();
    auto rows =
        has_phrases ? find_phrase_rows(*scope.block, query.phrases) : std::vector<std::uint64_t>();
    BlockSearch(scope, number, resolved, std::move(rows), has_phrases, scratch, best).run();
  }
  std::vector<KeywordMatch> matches;
  for (const auto& entry : best.take())
    matches.push_back({entry.key.block, entry.key.row, entry.score / points_per_score});
  return matches;
}

std::vector<std::vector<KeywordReason>> explain_keywords(std::span<const KeywordScope> scopes,
                                                         const KeywordQuery& query,
                                                         const Bm25Settings& settings,
                                                         std::span<const KeywordMatch> matches) {
  std::vector<std::vector<KeywordReason>> reasons(matches.size());
  ResolvedQuery resolved(scopes, query, settings);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const auto& match = matches[i];
    if (match.block >= scopes.size() || match.row >= scopes[match.block].block->rows()) continue;
    const auto& block = *scopes[match.block].block;
    for (const auto& word : resolved.lists_of(match.block)) {
      auto reason = explain_word(word, query, block, resolved.bm25(), match.row);
      if (reason.score > 0) reasons[i].push_back(std::move(reason));
    }
  }
  return reasons;
}

}  // namespace aiva::retrieval
