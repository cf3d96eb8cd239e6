#include "capabilities/commerce/internal/folded.h"

#include "retrieval/keywords/characters.h"

namespace aiva::commerce {

std::string folded(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  auto begin = text.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
  std::string out;
  retrieval::normalise_text(text, out);
  return out;
}

// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), 64 bits.
std::uint64_t code_key(std::string_view code) {
  auto text = folded(code);
  if (text.empty()) return 0;
  std::uint64_t hash = 14695981039346656037ULL;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash == 0 ? 1 : hash;
}

}  // namespace aiva::commerce
