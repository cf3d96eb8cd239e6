#include "capabilities/commerce/internal/candidates.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_set>

#include "capabilities/commerce/internal/folded.h"
#include "capabilities/commerce/wishes.h"
#include "retrieval/reciprocal_rank_fusion.h"

namespace aiva::commerce {
namespace {

constexpr double rank_offset = 60;
constexpr std::size_t codes_max = 8;
constexpr std::size_t code_bytes_least = 3;
constexpr std::size_t with_code_max = 200;

ProductId product_of(const PassageHit& hit) { return ProductId{hit.document.uuid}; }

std::optional<Pick> place_on(std::span<const ShelfView> views, ProductId id) {
  for (std::size_t v = 0; v < views.size(); ++v)
    if (auto place = views[v].shelf->place_of(id)) return Pick{v, *place};
  return std::nullopt;
}

// The share of the words that count which a hit has, in one form or another.
double share_of(const PassageHit& hit, std::span<const std::string> terms) {
  std::size_t counted = 0;
  std::size_t found = 0;
  for (const auto& term : terms) {
    if (is_filler(term)) continue;
    ++counted;
    bool has_it = std::ranges::any_of(hit.words, [&term](const WordReason& reason) {
      return !reason.word.empty() &&
             (term.starts_with(reason.word) || reason.word.starts_with(term));
    });
    if (has_it) ++found;
  }
  return counted == 0 ? 0 : static_cast<double>(found) / static_cast<double>(counted);
}

class Ranking {
 public:
  Ranking(std::span<const ShelfView> views, const Nearness& nearness)
      : views_(views), nearness_(nearness) {}

  void add(const TextLists& texts) {
    if (!texts.words.empty()) lists_.emplace_back();
    for (const auto& hit : texts.words) {
      auto& candidate = note(product_of(hit));
      candidate.bm25 = hit.score;
      if (share_of(hit, nearness_.terms) >= nearness_.words_share) candidate.is_near = true;
    }
    if (!texts.meaning.empty()) lists_.emplace_back();
    for (const auto& hit : texts.meaning) {
      auto& candidate = note(product_of(hit));
      candidate.cosine = hit.score;
      if (hit.score >= nearness_.cosine) candidate.is_near = true;
    }
  }

  // The finder of pictures has left out what is not near where that is wanted.
  void add(std::span<const PictureFind> pictures) {
    if (!pictures.empty()) lists_.emplace_back();
    for (const auto& find : pictures) {
      auto& candidate = note(find.product);
      candidate.is_near = true;
      if (candidate.picture_cosine) continue;
      candidate.picture_cosine = find.cosine;
      candidate.image = find.image;
    }
  }

  std::vector<Candidate> finish(std::span<const Pick> by_code) {
    std::vector<Candidate> ranked;
    std::unordered_set<ProductId> seen;
    for (const auto& pick : by_code) {
      auto id = views_[pick.view].shelf->id_at(pick.place);
      if (!seen.insert(id).second) continue;
      auto candidate = candidates_[id];
      candidate.id = id;
      candidate.pick = pick;
      candidate.score = 1;
      candidate.is_near = true;
      ranked.push_back(candidate);
    }
    auto best = static_cast<double>(lists_.size()) / (rank_offset + 1);
    for (const auto& fused : retrieval::fuse_by_reciprocal_rank<ProductId>(lists_, rank_offset)) {
      auto place = place_on(views_, fused.key);
      if (!place || !seen.insert(fused.key).second) continue;
      auto& candidate = candidates_[fused.key];
      candidate.pick = *place;
      candidate.score = fused.score / best;
      ranked.push_back(candidate);
    }
    return ranked;
  }

 private:
  Candidate& note(ProductId id) {
    lists_.back().keys.push_back(id);
    auto& candidate = candidates_[id];
    candidate.id = id;
    return candidate;
  }

  std::span<const ShelfView> views_;
  const Nearness& nearness_;
  std::vector<retrieval::RankedList<ProductId>> lists_;
  std::unordered_map<ProductId, Candidate> candidates_;
};

// The text and the words of it that may be codes: with digits, or nothing but one word.
std::vector<std::uint64_t> code_keys(std::string_view text) {
  std::vector<std::uint64_t> keys;
  auto add = [&keys](std::string_view code) {
    if (code.size() < code_bytes_least || keys.size() >= codes_max) return;
    auto key = code_key(code);
    if (key != 0 && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  };
  constexpr std::size_t code_bytes_max = 200;
  if (text.size() <= code_bytes_max) add(text);
  constexpr std::string_view spaces = " \t\r\n,;";
  for (auto at = text.find_first_not_of(spaces); at != std::string_view::npos;) {
    auto end = std::min(text.find_first_of(spaces, at), text.size());
    auto word = text.substr(at, end - at);
    bool has_digit = word.find_first_of("0123456789") != std::string_view::npos;
    if (has_digit && word.size() <= code_bytes_max) add(word);
    at = text.find_first_not_of(spaces, end);
  }
  return keys;
}

}  // namespace

std::vector<Candidate> rank(std::span<const ShelfView> views, std::span<const Pick> by_code,
                            const TextLists& texts, std::span<const PictureFind> pictures,
                            const Nearness& nearness) {
  Ranking ranking(views, nearness);
  ranking.add(texts);
  ranking.add(pictures);
  return ranking.finish(by_code);
}

std::vector<Pick> find_codes(std::span<const ShelfView> views, std::string_view text) {
  std::vector<Pick> picks;
  for (auto key : code_keys(text))
    for (std::size_t v = 0; v < views.size(); ++v)
      for (std::size_t b = 0; b < views[v].shelf->blocks(); ++b)
        for (auto row : views[v].shelf->block(b).with_code(key)) {
          if (picks.size() >= with_code_max) return picks;
          Pick pick{v, place_at(b, row)};
          if (std::ranges::find(picks, pick) == picks.end()) picks.push_back(pick);
        }
  return picks;
}

}  // namespace aiva::commerce
