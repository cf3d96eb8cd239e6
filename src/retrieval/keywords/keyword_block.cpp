#include "retrieval/keywords/keyword_block.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "retrieval/keywords/keyword_builder.h"

namespace aiva::retrieval {
namespace {

using keyword_format::BlockBound;
using keyword_format::Facts;
using keyword_format::PostingList;
using keyword_format::TermEntry;
using keyword_format::terms_per_key;

std::string_view code_of(const keyword_format::LanguageCount& language) {
  std::string_view code(language.code.data(), language.code.size());
  return code.substr(0, code.find('\0'));
}

std::vector<std::string> by_rows(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> sorted;
  for (const auto& [code, rows] : counts)
    if (!code.empty() && rows > 0) sorted.emplace_back(rows, code);
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<std::string> codes;
  for (auto& [rows, code] : sorted) codes.push_back(std::move(code));
  return codes;
}

template <class T>
std::span<const T> tail(std::span<const T> values, std::uint64_t from) {
  return from > values.size() ? std::span<const T>() : values.subspan(from);
}

}  // namespace

Result<KeywordBlock> KeywordBlock::open(const SectionTable& sections) {
  auto facts = sections.values<Facts>(SectionKind::keyword_facts);
  if (facts.size() != 1 || facts[0].magic != keyword_format::facts_magic)
    return fail(internal_error("keyword sections have no facts"));
  if (facts[0].version != keyword_format::version)
    return fail(internal_error("keyword sections are of another version"));
  KeywordBlock block;
  block.facts_ = facts[0];
  block.words_ = facts[0].words;
  block.lengths_ = sections.values<std::uint16_t>(SectionKind::keyword_lengths);
  block.row_languages_ = sections.values<std::uint8_t>(SectionKind::keyword_row_languages);
  block.term_bytes_ = sections.find(SectionKind::keyword_terms);
  block.term_offsets_ = sections.values<std::uint32_t>(SectionKind::keyword_term_offsets);
  block.term_keys_ = sections.values<std::uint64_t>(SectionKind::keyword_term_keys);
  block.entries_ = sections.values<TermEntry>(SectionKind::keyword_posting_offsets);
  block.bounds_ = sections.values<BlockBound>(SectionKind::keyword_block_bounds);
  block.postings_ = sections.find(SectionKind::keyword_postings);
  block.positions_ = sections.find(SectionKind::keyword_positions);
  bool fits = block.rows() == facts[0].rows && block.rows() <= keyword_rows_max &&
              block.row_languages_.size() == block.rows() &&
              block.term_offsets_.size() == block.terms() + 1 &&
              block.term_keys_.size() == (block.terms() + terms_per_key - 1) / terms_per_key &&
              block.words_ <= block.rows() * std::uint64_t{0xFFFF};
  if (!fits) return fail(internal_error("keyword sections do not belong together"));
  return block;
}

std::size_t KeywordBlock::bytes() const {
  return sizeof(Facts) + resident_bytes() + row_languages_.size() + postings_.size() +
         positions_.size();
}

std::size_t KeywordBlock::resident_bytes() const {
  return lengths_.size_bytes() + term_bytes_.size() + term_offsets_.size_bytes() +
         term_keys_.size_bytes() + entries_.size_bytes() + bounds_.size_bytes();
}

std::vector<std::string> KeywordBlock::languages() const {
  const auto* self = this;
  return languages_of({&self, 1});
}

std::size_t KeywordBlock::lower_bound(std::string_view wanted) const {
  // Terms from the last smaller key on, up to the first greater one.
  auto key = keyword_format::term_key(wanted);
  auto smaller = std::ranges::lower_bound(term_keys_, key) - term_keys_.begin();
  auto greater = std::ranges::upper_bound(term_keys_, key) - term_keys_.begin();
  auto first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(smaller, 1) - 1) * terms_per_key;
  auto last =
      std::min(static_cast<std::size_t>(std::max(greater, smaller)) * terms_per_key, terms());
  for (auto count = std::max(last, first) - first; count > 0;) {
    auto half = count / 2;
    bool is_smaller = term(first + half) < wanted;
    if (is_smaller) first += half + 1;
    count = is_smaller ? count - half - 1 : half;
  }
  return first;
}

std::string_view KeywordBlock::term(std::size_t index) const {
  if (index >= terms()) return {};
  auto begin = term_offsets_[index];
  auto end = term_offsets_[index + 1];
  if (begin > end || end > term_bytes_.size()) return {};
  return {reinterpret_cast<const char*>(term_bytes_.data()) + begin, end - begin};
}

PostingList KeywordBlock::postings(std::size_t index) const {
  if (index >= terms()) return {};
  const auto& entry = entries_[index];
  if (entry.rows > rows() || entry.postings > postings_.size()) return {};
  PostingList list{.rows = entry.rows,
                   .postings = postings_.subspan(entry.postings),
                   .positions = tail(positions_, entry.positions)};
  if (list.blocks() <= 1) return list;
  auto bounds = tail(bounds_, entry.bound);
  if (bounds.size() < list.blocks()) return {};
  list.bounds = bounds.first(list.blocks());
  return list;
}

PostingList KeywordBlock::find(std::string_view wanted) const {
  auto index = lower_bound(wanted);
  return term(index) == wanted ? postings(index) : PostingList{};
}

std::vector<std::string> languages_of(std::span<const KeywordBlock* const> blocks) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto* block : blocks)
    for (const auto& language : block->facts().languages)
      counts[std::string(code_of(language))] += language.rows;
  return by_rows(counts);
}

}  // namespace aiva::retrieval
