#include "capabilities/chat/answer_form.h"

#include <algorithm>
#include <array>

namespace aiva::chat {
namespace {

using search::Term;
using Stems = std::vector<std::string>;

constexpr std::size_t subject_words_max = 5;  // a longer question asks for more than a meaning

template <std::size_t Count>
bool is_one_of(std::string_view stem, const std::array<std::string_view, Count>& stems) {
  return std::ranges::find(stems, stem) != stems.end();
}

bool asks_for_figure(const std::vector<Term>& question) {
  constexpr auto measures = std::to_array<std::string_view>(
      {"long", "mani", "much", "often", "old", "far", "deep", "high", "heavi", "fast", "big",
       "larg", "soon", "lat", "tall", "wid"});
  constexpr auto amounts = std::to_array<std::string_view>(
      {"when", "pric", "cost", "fee", "number", "limit", "maximum", "minimum", "weight",
       "temperatur", "deadlin", "percent", "percentag"});
  for (std::size_t i = 0; i < question.size(); ++i) {
    if (is_one_of(question[i].stem, amounts)) return true;
    bool is_measured = question[i].stem == "how" && i + 1 < question.size();
    if (is_measured && is_one_of(question[i + 1].stem, measures)) return true;
  }
  return false;
}

bool is_figure(const Term& term) {
  constexpr auto words = std::to_array<std::string_view>(
      {"one", "two", "three", "four", "fiv", "six", "seven", "eight", "nin", "ten", "twelv",
       "dozen", "hundr", "thousand", "daili", "weekli", "monthli"});
  bool has_digit = term.stem.find_first_of("0123456789") != std::string::npos;
  return has_digit || is_one_of(term.stem, words);
}

// "How do I", "how can it", "how to"; not "how long".
bool asks_for_manner(const std::vector<Term>& question) {
  constexpr auto verbs = std::to_array<std::string_view>(
      {"do", "does", "did", "can", "could", "should", "must", "mai", "to", "would", "is", "are"});
  return question.size() > 2 && question[0].stem == "how" && is_one_of(question[1].stem, verbs);
}

// What "what is X", "what are X", "what does X mean" ask about; nothing of other questions.
Stems subject_of(const std::vector<Term>& question) {
  constexpr auto verbs =
      std::to_array<std::string_view>({"is", "are", "was", "were", "does", "do"});
  constexpr auto fillers = std::to_array<std::string_view>(
      {"mean", "purpos", "meaning", "us", "exactli", "actualli", "defin", "definition"});
  bool is_what = question.size() > 2 && (question[0].stem == "what" || question[0].stem == "who") &&
                 is_one_of(question[1].stem, verbs);
  Stems subject;
  for (std::size_t i = 2; is_what && i < question.size(); ++i)
    if (!question[i].is_stop_word && !is_one_of(question[i].stem, fillers))
      subject.push_back(question[i].stem);
  if (subject.size() > subject_words_max) subject.clear();
  return subject;
}

// The share of the subject that stands before the first verb that explains; half of it when the
// sentence does not begin with the subject.
double share_explained(const Stems& subject, const std::vector<Term>& sentence) {
  constexpr auto verbs = std::to_array<std::string_view>(
      {"is", "are", "was", "were", "mean", "contain", "hold", "provid", "defin", "describ", "refer",
       "denot", "specifi", "consist"});
  auto verb = std::ranges::find_if(
      sentence, [&verbs](const Term& term) { return is_one_of(term.stem, verbs); });
  if (verb == sentence.end()) return 0;
  auto found = std::ranges::count_if(subject, [&](const std::string& word) {
    return std::find_if(sentence.begin(), verb,
                        [&word](const Term& term) { return term.stem == word; }) != verb;
  });
  auto first = std::ranges::find_if(sentence, [&subject](const Term& term) {
    return std::ranges::find(subject, term.stem) != subject.end();
  });
  bool begins_with_it = first - sentence.begin() <= 1;  // an article may stand before
  double share = static_cast<double>(found) / static_cast<double>(subject.size());
  return begins_with_it ? share : share / 2;
}

}  // namespace

AnswerForm::AnswerForm(std::string_view question) {
  auto terms = search::terms_of(question);
  wants_figure_ = asks_for_figure(terms);
  wants_manner_ = asks_for_manner(terms);
  subject_ = subject_of(terms);
}

double AnswerForm::likeness(const std::vector<Term>& sentence) const {
  if (wants_figure_) return std::ranges::any_of(sentence, is_figure) ? 1 : 0;
  return subject_.empty() ? 0 : share_explained(subject_, sentence);
}

}  // namespace aiva::chat
