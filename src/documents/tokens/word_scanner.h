#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aiva::documents {

// Cuts text into the words that o200k_base encodes one by one, as tiktoken's pattern for it does:
// a run of letters in one case pattern with one character before and an English contraction after
// it, up to three digits, a run of punctuation with a blank before, line ends, blanks. Time is
// linear in the text. Any thread may use it.
class WordScanner {
 public:
  WordScanner();

  // Where the word that begins at `at` ends; `at` must be less than the size of the text.
  [[nodiscard]] std::size_t word_end(std::string_view text, std::size_t at) const;

 private:
  struct Character {
    std::uint8_t kind = 0;
    std::uint8_t bytes = 0;
  };
  struct LetterRun {
    std::size_t mixed_end = 0;  // of letters that end in lower case or have none; 0: there are none
    std::size_t upper_end = 0;  // of the capitals it begins with
  };

  [[nodiscard]] Character character(std::string_view text, std::size_t at) const;
  [[nodiscard]] LetterRun letters(std::string_view text, std::size_t at) const;
  [[nodiscard]] std::size_t letters_end(std::string_view text, std::size_t at) const;
  [[nodiscard]] std::size_t digits_end(std::string_view text, std::size_t at) const;
  [[nodiscard]] std::size_t punctuation_end(std::string_view text, std::size_t at) const;
  [[nodiscard]] std::size_t space_end(std::string_view text, std::size_t at) const;

  std::array<std::uint8_t, 65536> kinds_{};  // of the basic plane
};

}  // namespace aiva::documents
