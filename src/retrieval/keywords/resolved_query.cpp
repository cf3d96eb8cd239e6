#include "retrieval/keywords/resolved_query.h"

#include <algorithm>
#include <map>
#include <utility>

namespace aiva::retrieval {
namespace {

// A prefix stands for so many words, those in most rows.
constexpr std::size_t prefix_forms_max = 64;
// Of one block's words with a prefix, so many are looked at.
constexpr std::size_t prefix_terms_max = 4096;

Bm25 make_bm25(std::span<const KeywordScope> scopes, const Bm25Settings& settings) {
  std::uint64_t words = 0;
  std::uint64_t rows = 0;
  for (const auto& scope : scopes) {
    words += scope.block->words();
    rows += scope.block->rows();
  }
  return {settings, words, rows};
}

void count_terms(const KeywordBlock& block, const std::string& prefix,
                 std::map<std::string, std::uint64_t, std::less<>>& rows) {
  auto first = block.lower_bound(prefix);
  auto last = std::min(block.terms(), first + prefix_terms_max);
  for (auto index = first; index < last; ++index) {
    auto term = block.term(index);
    if (!term.starts_with(prefix)) break;
    auto found = rows.find(term);
    if (found == rows.end()) found = rows.emplace(term, 0).first;
    found->second += block.postings(index).rows;
  }
}

}  // namespace

ResolvedQuery::ResolvedQuery(std::span<const KeywordScope> scopes, const KeywordQuery& query,
                             const Bm25Settings& settings)
    : bm25_(make_bm25(scopes, settings)) {
  for (std::size_t i = 0; i < std::min(query.words.size(), query_words_max); ++i) {
    const auto& word = query.words[i];
    auto [forms, word_rows] =
        word.is_prefix ? resolve_prefix(scopes, word.text) : resolve(scopes, word);
    words_.push_back({std::move(forms), bm25_.points_max(word_rows)});
  }
}

ResolvedQuery::Form ResolvedQuery::find_form(std::span<const KeywordScope> scopes, std::string term,
                                             bool is_stem) {
  Form form{.term = std::move(term), .is_stem = is_stem, .lists = {}};
  form.lists.reserve(scopes.size());
  for (const auto& scope : scopes) {
    form.lists.push_back(scope.block->find(form.term));
    form.rows += form.lists.back().rows;
  }
  return form;
}

// Rows that have a stem have the mark's term or, where a word is its own stem, the word. Both
// counted together are at least as many as they are: the rows of the word in any form.
ResolvedQuery::Counted ResolvedQuery::resolve(std::span<const KeywordScope> scopes,
                                              const KeywordWord& word) {
  Counted counted;
  counted.forms.push_back(find_form(scopes, word.text, false));
  auto exact_rows = counted.forms[0].rows;
  counted.rows = exact_rows;
  for (const auto& stem : word.stems) {
    auto marked = find_form(scopes, stem_mark + stem, true);
    auto rows = marked.rows;
    counted.forms.push_back(std::move(marked));
    if (stem == word.text) {
      rows += exact_rows;
    } else {
      counted.forms.push_back(find_form(scopes, stem, true));
      rows += counted.forms.back().rows;
    }
    counted.rows = std::max(counted.rows, rows);
  }
  return counted;
}

ResolvedQuery::Counted ResolvedQuery::resolve_prefix(std::span<const KeywordScope> scopes,
                                                     const std::string& prefix) {
  std::map<std::string, std::uint64_t, std::less<>> rows;
  for (const auto& scope : scopes) count_terms(*scope.block, prefix, rows);
  std::vector<std::pair<std::uint64_t, std::string>> terms;
  for (auto& [term, count] : rows) terms.emplace_back(count, term);
  std::ranges::sort(terms, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (terms.size() > prefix_forms_max) terms.resize(prefix_forms_max);
  Counted counted;
  for (auto& [count, term] : terms) {
    counted.rows += count;
    counted.forms.push_back(find_form(scopes, std::move(term), false));
  }
  return counted;
}

std::vector<WordLists> ResolvedQuery::lists_of(std::size_t scope) const {
  std::vector<WordLists> words;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    WordLists word{.word = i, .points_max = words_[i].points_max};
    for (const auto& form : words_[i].forms) {
      const auto& postings = form.lists[scope];
      bool is_known = std::ranges::any_of(word.lists, [&](const WeightedList& known) {
        return known.postings.is_same_as(postings);
      });
      // The written form comes first: a stem's list that is the same adds nothing.
      if (postings.rows == 0 || is_known) continue;
      auto weight = form.is_stem ? bm25_.stem_weight() : 1;
      word.lists.push_back({.postings = postings,
                            .points_max = words_[i].points_max * weight,
                            .term = &form.term,
                            .is_stem = form.is_stem});
    }
    if (!word.lists.empty()) words.push_back(std::move(word));
  }
  return words;
}

}  // namespace aiva::retrieval
