#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace aiva::retrieval {

// The stems of words by Snowball's algorithms, without diacritics where the language's readers take
// them for the same letter; of a language without an algorithm, the word without its diacritics.
// Remembers what it was asked. For one thread at a time.
class Stemming {
 public:
  Stemming();
  ~Stemming();
  Stemming(Stemming&& other) noexcept;
  Stemming& operator=(Stemming&& other) noexcept;

  // The stem of a normalised word, with the mark of stems before it, or empty when it is the word
  // itself. Stays valid until `forget_some`.
  std::string_view marked_stem(std::string_view word, std::string_view language);
  // Gives memory back when much is remembered.
  void forget_some();

 private:
  class Language;

  Language& language(std::string_view code);

  std::map<std::string, std::unique_ptr<Language>, std::less<>> languages_;
  std::size_t words_ = 0;
};

}  // namespace aiva::retrieval
