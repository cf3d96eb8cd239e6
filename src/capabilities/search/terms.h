#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiva::search {

// One word of a text in the form in which words are compared.
struct Term {
  std::string stem;           // lower case, English endings removed
  bool is_stop_word = false;  // an English word that says little by itself
};

// The words of a UTF-8 text in their order, so that "Refunds" and "refunded" are the same term.
std::vector<Term> terms_of(std::string_view text);

// Whether a word in lower case is an English one that says little by itself.
bool is_stop_word(std::string_view word);

}  // namespace aiva::search
