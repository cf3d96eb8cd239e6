#include "capabilities/commerce/internal/vocabulary.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "capabilities/commerce/internal/edit_distance.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t letters_for_one = 4;
constexpr std::size_t letters_for_two = 8;

std::u32string letters_of(std::string_view word) {
  std::u32string letters;
  for (std::size_t at = 0; at < word.size();) letters += next_code_point(word, at);
  return letters;
}

// Each wrong letter changes at most two bits.
std::uint32_t bits_of(std::u32string_view letters) {
  std::uint32_t bits = 0;
  for (auto letter : letters) bits |= 1U << (static_cast<std::uint32_t>(letter) % 32U);
  return bits;
}

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t distance_max_of(std::size_t letters) {
  if (letters >= letters_for_two) return 2;
  return letters >= letters_for_one ? 1 : 0;
}

}  // namespace

Vocabulary::Vocabulary(const WordCounts& counts) {
  std::vector<std::pair<std::string, std::uint32_t>> sorted(counts.begin(), counts.end());
  std::ranges::sort(sorted);
  words_.reserve(sorted.size());
  facts_.reserve(sorted.size());
  for (auto& [word, count] : sorted) {
    auto letters = letters_of(word);
    facts_.push_back({.count = count,
                      .letters = bits_of(letters),
                      .length = static_cast<std::uint32_t>(letters.size())});
    words_.push_back(std::move(word));
  }
}

std::shared_ptr<const Vocabulary> Vocabulary::with(const WordCounts& more) const {
  WordCounts all;
  all.reserve(words_.size() + more.size());
  for (std::size_t i = 0; i < words_.size(); ++i) all.emplace(words_[i], facts_[i].count);
  for (const auto& [word, count] : more) all[word] += count;
  return std::make_shared<const Vocabulary>(all);
}

std::size_t Vocabulary::bytes() const {
  std::size_t bytes = words_.capacity() * sizeof(std::string) + facts_.capacity() * sizeof(Facts);
  for (const auto& word : words_)
    if (word.capacity() > sizeof(std::string) / 2) bytes += word.capacity();
  return bytes;
}

bool Vocabulary::has(std::string_view word) const {
  return std::ranges::binary_search(words_, word);
}

bool Vocabulary::has_beginning(std::string_view beginning) const {
  auto at = std::ranges::lower_bound(words_, beginning);
  return at != words_.end() && at->starts_with(beginning);
}

template <class Distance>
Vocabulary::Guess Vocabulary::scan(std::string_view typed, bool is_beginning,
                                   Distance distance) const {
  Guess best;
  if (has_digit(typed)) return best;
  auto letters = letters_of(typed);
  auto distance_max = distance_max_of(letters.size());
  if (distance_max == 0) return best;
  auto bits = bits_of(letters);
  best.distance = distance_max + 1;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const auto& facts = facts_[i];
    if (facts.length + distance_max < letters.size()) continue;
    if (!is_beginning && facts.length > letters.size() + distance_max) continue;
    auto strange = is_beginning ? bits & ~facts.letters : bits ^ facts.letters;
    if (static_cast<std::size_t>(std::popcount(strange)) > 2 * distance_max) continue;
    if (has_digit(words_[i])) continue;
    auto far = distance(letters, letters_of(words_[i]), distance_max);
    bool is_better = far < best.distance || (far == best.distance && facts.count > best.count);
    if (far > distance_max || !is_better) continue;
    best = {.word = words_[i], .distance = far, .count = facts.count};
  }
  return best;
}

Vocabulary::Guess Vocabulary::nearest(std::string_view word) const {
  return scan(word, false, edit_distance);
}

Vocabulary::Guess Vocabulary::nearest_beginning(std::string_view beginning) const {
  return scan(beginning, true, prefix_distance);
}

}  // namespace aiva::commerce
