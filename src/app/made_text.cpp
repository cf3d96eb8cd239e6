#include <array>
#include <random>
#include <string>
#include <string_view>

#include "app/measured_server.h"

namespace aiva::app {
namespace {

constexpr std::array beginnings{"ba", "co", "de", "fi", "ga",  "hu", "in",  "ju",  "ka", "lo",
                                "mi", "no", "or", "pa", "qui", "re", "sta", "tri", "un", "ver"};
constexpr std::array endings{"ber",  "con", "ding", "fer", "gan",  "ler",  "mond",
                             "nel",  "per", "ron",  "ser", "tion", "ture", "val",
                             "wick", "xon", "yard", "zel", "dle",  "mint"};
constexpr std::array small_words{"the", "of", "and", "to", "in", "is", "for", "with", "on", "by"};
constexpr int sentences_of_a_paragraph = 4;

template <class Words, class Random>
std::string_view pick(const Words& words, Random& random) {
  return words[random() % words.size()];
}

// One of 8,000 words; the first of them come far oftener, as in a language.
template <class Random>
std::string word(Random& random) {
  if (random() % 3 == 0) return std::string(pick(small_words, random));
  auto rank = (random() % 8000) * (random() % 8000) / 8000;
  std::string text(beginnings[rank % beginnings.size()]);
  text += beginnings[rank / beginnings.size() % beginnings.size()];
  return text += endings[rank / (beginnings.size() * beginnings.size()) % endings.size()];
}

template <class Random>
std::string sentence(Random& random) {
  std::string text = "The";
  auto words = 9 + random() % 8;
  for (unsigned at = 0; at < words; ++at) text += " " + word(random);
  return text + ".";
}

}  // namespace

std::string made_text(int paragraphs, unsigned seed) {
  std::minstd_rand random(seed);
  std::string text;
  for (int at = 0; at < paragraphs; ++at) {
    if (at % 5 == 0) text += "# " + word(random) + " " + word(random) + "\n\n";
    for (int left = sentences_of_a_paragraph; left > 0; --left) text += sentence(random) + " ";
    text += "\n\n";
  }
  return text;
}

std::string made_question(int number) {
  std::minstd_rand random(static_cast<unsigned>(number) + 1);
  random.discard(3);
  std::string text = "Which";
  for (int left = 6; left > 0; --left) text += " " + word(random);
  return text + "?";
}

}  // namespace aiva::app
