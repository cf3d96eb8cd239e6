#include "capabilities/evaluation/internal/drafting.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "foundation/text/sentences.h"

namespace aiva::evaluation {
namespace {

constexpr std::size_t sentence_bytes_min = 30;
constexpr std::size_t sentence_bytes_max = 240;
constexpr int number_digits = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Sentences with a number, a code or a name say more that can be asked for.
int worth_of(std::string_view sentence) {
  int worth = std::ranges::any_of(sentence, is_digit) ? 4 : 0;
  auto words = split_words(sentence);
  for (std::size_t i = 1; i < words.size(); ++i)
    if (words[i].front() >= 'A' && words[i].front() <= 'Z') return worth + 2;
  return worth + (words.size() >= 6 ? 1 : 0);
}

std::vector<std::string_view> pieces_of(const IndexedPassage& passage) {
  std::vector<std::string_view> pieces;
  std::string_view rest = passage.text;
  while (!rest.empty()) {
    auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (passage.kind == PassageKind::text) {
      auto sentences = split_sentences(line);
      pieces.insert(pieces.end(), sentences.begin(), sentences.end());
    } else {
      pieces.push_back(line);
    }
  }
  return pieces;
}

// The sentence of a passage that is worth most; empty where none is of a good length.
std::string_view best_piece(const IndexedPassage& passage) {
  std::string_view best;
  int worth_most = -1;
  for (auto piece : pieces_of(passage)) {
    if (piece.size() < sentence_bytes_min || piece.size() > sentence_bytes_max) continue;
    int worth = worth_of(piece);
    if (worth <= worth_most) continue;
    best = piece;
    worth_most = worth;
  }
  return best;
}

std::string_view last_heading(std::string_view path) {
  auto mark = path.rfind(" > ");
  return mark == std::string_view::npos ? path : path.substr(mark + 3);
}

// The heading and the sentence with its numbers left open, which a person turns into a question.
std::string question_of(const IndexedPassage& passage, std::string_view sentence) {
  std::string question(last_heading(passage.heading));
  if (!question.empty()) question += ": ";
  for (std::size_t at = 0; at < sentence.size();) {
    if (!is_digit(sentence[at])) {
      question += sentence[at++];
      continue;
    }
    while (at < sentence.size() &&
           (is_digit(sentence[at]) || (at + 1 < sentence.size() && is_digit(sentence[at + 1]) &&
                                       (sentence[at] == '.' || sentence[at] == ','))))
      ++at;
    question += "…";
  }
  while (!question.empty() && (question.back() == '.' || question.back() == ' '))
    question.pop_back();
  return question + "?";
}

std::string id_of(std::size_t number) {
  auto digits = std::to_string(number);
  auto padding =
      static_cast<std::size_t>(number_digits) - std::min<std::size_t>(digits.size(), number_digits);
  return "q" + std::string(padding, '0') + digits;
}

}  // namespace

void Drafting::add(const knowledge::Document& document, const std::vector<IndexedPassage>& passages,
                   std::size_t count_max) {
  std::vector<std::pair<const IndexedPassage*, std::string_view>> candidates;
  for (const auto& passage : passages)
    if (auto piece = best_piece(passage); !piece.empty()) candidates.emplace_back(&passage, piece);
  auto count = std::min(count_max, candidates.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [passage, sentence] = candidates[i * candidates.size() / count];
    auto text = question_of(*passage, sentence);
    bool is_known = std::ranges::any_of(
        questions_, [&text](const GoldenQuestion& known) { return known.question == text; });
    if (is_known) continue;
    Target target{.document = document.filename,
                  .pages = {{passage->page_first, passage->page_last}},
                  .contains = std::string(sentence),
                  .grade = grade_max};
    questions_.push_back({.id = id_of(questions_.size() + 1),
                          .question = std::move(text),
                          .expected = {std::move(target)},
                          .tags = {draft_tag}});
  }
}

}  // namespace aiva::evaluation
