#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "ports/passage_index.h"

namespace aiva::load {

inline constexpr std::size_t dimension = 64;

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
    return mixed ^ mixed >> 31;
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  Uuid uuid() {
    Uuid made;
    for (std::size_t half = 0; half < 2; ++half) {
      auto word = next();
      std::memcpy(made.bytes.data() + half * 8, &word, 8);
    }
    return made;
  }
  // Of unit length, nearly normal in each component.
  std::vector<float> direction() {
    std::vector<float> vector(dimension);
    float square = 0;
    for (auto& value : vector) {
      auto bits = next();
      auto sum = static_cast<float>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                                    (bits >> 32 & 0xffff) + (bits >> 48));
      value = (sum - 2 * 65535.0F) / 37837.0F;
      square += value * value;
    }
    for (auto& value : vector) value /= std::sqrt(square);
    return vector;
  }

 private:
  std::uint64_t state_;
};

// A number as a word that has no stem and no parts.
inline std::string spell(char first, std::uint64_t number) {
  constexpr std::string_view digits = "bcfkmpqtvx";
  std::string word(1, first);
  for (char digit : std::to_string(number)) word += digits[static_cast<std::size_t>(digit - '0')];
  return word + "w";
}

inline std::string document_word(std::uint64_t number) { return spell('j', number); }
inline std::string passage_word(std::uint64_t number, std::uint64_t revision, std::size_t place) {
  return spell('l', number) + spell('n', revision) + spell('r', place);
}

inline DocumentId document_id(std::uint64_t seed, std::uint64_t number) {
  return DocumentId{Random(seed * 1'000'003 + number).uuid()};
}

// The passages of a document at one of its revisions: always the same. All have the word "common"
// and the document's, each one of its own.
inline std::vector<IndexedPassage> make_document(std::uint64_t seed, std::uint64_t number,
                                                 std::uint64_t revision) {
  Random random((seed * 1'000'003 + number) * 1'000'033 + revision);
  auto count = random.one_in(16) ? 40 + random.below(40) : 1 + random.below(12);
  std::vector<IndexedPassage> passages(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& passage = passages[i];
    passage.chunk = ChunkId{random.uuid()};
    passage.document = document_id(seed, number);
    passage.kind = static_cast<PassageKind>(random.below(3));
    passage.page_first = 1 + static_cast<int>(i);
    passage.page_last = passage.page_first + static_cast<int>(random.below(3));
    passage.text = "common " + document_word(number) + " " + passage_word(number, revision, i);
    passage.title = "common title";
    passage.language = "en";
    if (!random.one_in(16)) passage.vector = random.direction();
  }
  return passages;
}

inline float score(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

}  // namespace aiva::load
