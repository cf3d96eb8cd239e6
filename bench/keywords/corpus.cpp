#include "corpus.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

namespace aiva::bench {
namespace {

constexpr std::size_t vocabulary = 30'000;
constexpr std::size_t text_words = 120;

std::string make_word(std::size_t rank) {
  constexpr std::string_view consonants = "bdfghklmnprstvz";
  constexpr std::string_view vowels = "aeiou";
  std::string word;
  for (auto rest = rank + 75; rest > 0; rest /= 75) {
    word += consonants[rest % 15];
    word += vowels[rest / 15 % 5];
  }
  return word;
}

}  // namespace

std::vector<std::string_view> split_text(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Texts make_texts(std::size_t rows) {
  std::vector<double> sums;
  double sum = 0;
  for (std::size_t rank = 0; rank < vocabulary; ++rank)
    sums.push_back(sum += 1.0 / static_cast<double>(rank + 1));
  std::mt19937 random(1);
  std::uniform_real_distribution<double> place(0, sum);
  std::uniform_int_distribution<std::size_t> length(text_words / 2, text_words * 3 / 2);
  Texts texts(rows);
  for (auto& text : texts)
    for (auto left = length(random); left > 0; --left) {
      auto rank = std::ranges::lower_bound(sums, place(random)) - sums.begin();
      text += make_word(static_cast<std::size_t>(rank)) + ' ';
    }
  return texts;
}

Texts read_texts(const std::vector<std::string>& files) {
  Texts texts;
  std::size_t words = text_words;
  for (const auto& file : files) {
    std::ifstream stream(file);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    std::ranges::transform(bytes, bytes.begin(), [](unsigned char c) {
      return std::isalnum(c) != 0 ? static_cast<char>(std::tolower(c)) : ' ';
    });
    for (auto word : split_text(bytes)) {
      if (words == text_words) {
        texts.emplace_back();
        words = 0;
      }
      texts.back().append(word).push_back(' ');
      ++words;
    }
  }
  return texts;
}

std::vector<std::string> make_queries(const Texts& texts, std::size_t count, std::size_t words) {
  std::mt19937 random(5);
  std::vector<std::string> queries(count);
  for (auto& query : queries) {
    auto from = split_text(texts[random() % texts.size()]);
    std::ranges::shuffle(from, random);
    std::vector<std::string_view> chosen;
    for (auto word : from)
      if (chosen.size() < words && std::ranges::find(chosen, word) == chosen.end()) {
        query.append(chosen.empty() ? "" : " ").append(word);
        chosen.push_back(word);
      }
  }
  return queries;
}

}  // namespace aiva::bench
