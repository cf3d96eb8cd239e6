#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aiva::retrieval {

// What a character of a normalised text is to the division into words.
enum class CharacterClass : std::uint8_t {
  separator,
  letter,
  digit,
  mark,    // goes on with the character before it
  joiner,  // between letters or digits it joins them: "ab-1234/5", "x@y.z"
  dense,   // of a script without spaces between words, or with ones that say little
};

CharacterClass character_class(char32_t code_point);

// Puts `text` into `out` as words are compared: ill-formed bytes replaced, case and compatibility
// forms folded (NFKC_Casefold), digits of all scripts as ASCII ones, apostrophes and hyphens as
// their ASCII forms, Arabic and Hebrew without vowel points and with one form of each letter.
void normalise_text(std::string_view text, std::string& out);

// A normalised word without the diacritics of Latin and Greek letters, "é" as "e", "ø" as "o"; of
// Cyrillic ones only "ё" becomes "е", as "й" is another letter.
std::string without_diacritics(std::string_view word);

}  // namespace aiva::retrieval
