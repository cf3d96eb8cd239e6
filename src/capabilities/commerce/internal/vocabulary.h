#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aiva::commerce {

// How often words stand in products; words are as an analyzer puts them out.
using WordCounts = std::unordered_map<std::string, std::uint32_t>;

// The words that products of a knowledge base are described with. Immutable; any thread.
class Vocabulary {
 public:
  Vocabulary() = default;
  explicit Vocabulary(const WordCounts& counts);
  // With these words besides.
  [[nodiscard]] std::shared_ptr<const Vocabulary> with(const WordCounts& more) const;

  [[nodiscard]] std::size_t size() const { return words_.size(); }
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] bool has(std::string_view word) const;
  // Whether any word begins so.
  [[nodiscard]] bool has_beginning(std::string_view beginning) const;

  // What was meant by a word that is not there: the nearest one, of equally near ones the most
  // frequent; empty when none is near enough (one letter wrong from 4 letters on, two from 8).
  // Words with digits are codes and sizes, of which none stands for another.
  struct Guess {
    std::string word{};
    std::size_t distance = 0;
    std::uint32_t count = 0;
  };
  [[nodiscard]] Guess nearest(std::string_view word) const;
  // The same for the beginning of a word.
  [[nodiscard]] Guess nearest_beginning(std::string_view beginning) const;

 private:
  struct Facts {
    std::uint32_t count = 0;
    std::uint32_t letters = 0;  // which it has, one bit for several of them
    std::uint32_t length = 0;   // in characters
  };
  template <class Distance>
  Guess scan(std::string_view typed, bool is_beginning, Distance distance) const;

  std::vector<std::string> words_;  // sorted
  std::vector<Facts> facts_;
};

}  // namespace aiva::commerce
