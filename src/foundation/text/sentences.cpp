#include "foundation/text/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <memory>

#include "foundation/result.h"

namespace aiva {
namespace {

using Iterator = std::unique_ptr<icu::BreakIterator>;

Iterator make_iterator(bool is_words) {
  UErrorCode status = U_ZERO_ERROR;
  auto* iterator = is_words
                       ? icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status)
                       : icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status);
  AIVA_ASSERT(U_SUCCESS(status));
  return Iterator(iterator);
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Whether the break that ends `piece` is only a line break within a paragraph.
bool is_soft_break(std::string_view text, std::string_view piece) {
  if (piece.empty() || piece.back() != '\n') return false;
  auto end = static_cast<std::size_t>(piece.data() + piece.size() - text.data());
  if (end < text.size() && text[end] == '\n') return false;
  auto body = trim(piece);
  if (body.empty()) return false;
  return std::string_view(".!?:").find(body.back()) == std::string_view::npos;
}

// Calls `each(begin, end, rule status)` for every piece between two boundaries.
template <class Each>
void walk(icu::BreakIterator& iterator, std::string_view text, Each each) {
  UErrorCode status = U_ZERO_ERROR;
  UText source = UTEXT_INITIALIZER;
  utext_openUTF8(&source, text.data(), static_cast<std::int64_t>(text.size()), &status);
  iterator.setText(&source, status);
  if (U_SUCCESS(status)) {
    auto begin = iterator.first();
    for (auto end = iterator.next(); end != icu::BreakIterator::DONE;
         begin = end, end = iterator.next())
      each(static_cast<std::size_t>(begin), static_cast<std::size_t>(end),
           iterator.getRuleStatus());
  }
  utext_close(&source);
}

}  // namespace

std::vector<std::string_view> split_sentences(std::string_view text) {
  thread_local Iterator iterator = make_iterator(false);
  std::vector<std::string_view> sentences;
  std::size_t open_from = 0;
  walk(*iterator, text, [&](std::size_t begin, std::size_t end, int) {
    auto piece = text.substr(begin, end - begin);
    if (is_soft_break(text, piece) && end < text.size()) return;
    auto sentence = trim(text.substr(open_from, end - open_from));
    open_from = end;
    if (!sentence.empty()) sentences.push_back(sentence);
  });
  return sentences;
}

std::vector<std::string_view> split_words(std::string_view text) {
  thread_local Iterator iterator = make_iterator(true);
  std::vector<std::string_view> words;
  walk(*iterator, text, [&](std::size_t begin, std::size_t end, int rule) {
    if (rule >= UBRK_WORD_NUMBER) words.push_back(text.substr(begin, end - begin));
  });
  return words;
}

}  // namespace aiva
