#include "retrieval/keywords/term_writer.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "foundation/result.h"
#include "retrieval/keywords/bit_packing.h"

namespace aiva::retrieval {
namespace {

using keyword_format::BlockBound;
using keyword_format::postings_per_block;

std::uint16_t narrow(std::uint32_t value) {
  return static_cast<std::uint16_t>(
      std::min<std::uint32_t>(value, std::numeric_limits<std::uint16_t>::max()));
}

template <class T>
void write_section(SectionSink& sink, SectionKind kind, const std::vector<T>& values) {
  std::ranges::copy(values, sink.reserve_values<T>(kind, values.size()).begin());
}

}  // namespace

std::uint8_t RowFacts::language_index(std::string_view code) {
  code = code.substr(0, sizeof keyword_format::LanguageCount{}.code);
  auto known = std::ranges::find(language_codes, code);
  auto index = known - language_codes.begin();
  if (known == language_codes.end()) {
    if (language_codes.size() == keyword_format::languages_max) return 0;
    language_codes.emplace_back(code);
  }
  return static_cast<std::uint8_t>(index);
}

void TermWriter::begin_term(std::string_view term) {
  term_ = term;
  entry_ = {.postings = postings_.size(),
            .positions = positions_.size(),
            .rows = 0,
            .bound = static_cast<std::uint32_t>(bounds_.size())};
  row_floor_ = 0;
  block_positions_ = positions_.size();
}

void TermWriter::add(const Posting& posting) {
  if (block_.count == postings_per_block) flush_block();
  auto at = block_.count++;
  block_.rows[at] = posting.row;
  block_.body[at] = posting.body;
  block_.heading[at] = posting.heading;
  block_.title[at] = posting.title;
  positions_.insert(positions_.end(), posting.positions.begin(), posting.positions.end());
  ++entry_.rows;
}

void TermWriter::end_term() {
  if (entry_.rows == 0) return;
  flush_block();
  if (entry_.rows <= postings_per_block) {
    bounds_.resize(entry_.bound);
    entry_.bound = 0;
  }
  reuse_equal_postings();
  if (entries_.size() % keyword_format::terms_per_key == 0)
    term_keys_.push_back(keyword_format::term_key(term_));
  entries_.push_back(entry_);
  terms_ += term_;
  AIVA_ASSERT(terms_.size() <= std::numeric_limits<std::uint32_t>::max());
  term_offsets_.push_back(static_cast<std::uint32_t>(terms_.size()));
}

void TermWriter::flush_block() {
  BlockBound bound{.row_last = block_.rows[block_.count - 1],
                   .postings = static_cast<std::uint32_t>(postings_.size() - entry_.postings),
                   .positions = static_cast<std::uint32_t>(block_positions_ - entry_.positions),
                   .length_min = std::numeric_limits<std::uint16_t>::max()};
  for (std::size_t i = 0; i < block_.count; ++i) {
    bound.body_max = std::max(bound.body_max, narrow(block_.body[i]));
    bound.heading_max = std::max(bound.heading_max, narrow(block_.heading[i]));
    bound.title_max = std::max(bound.title_max, narrow(block_.title[i]));
    bound.length_min = std::min(bound.length_min, rows_.lengths[block_.rows[i]]);
  }
  bounds_.push_back(bound);
  pack_postings(block_, row_floor_, postings_);
  row_floor_ = bound.row_last + 1;
  block_positions_ = positions_.size();
  block_.count = 0;
}

// Many lists are equal: those of words that stand in one row only, and of stems that one form has.
void TermWriter::reuse_equal_postings() {
  auto size = postings_.size() - entry_.postings;
  const auto* list = postings_.data() + entry_.postings;
  auto hash = std::hash<std::string_view>{}({reinterpret_cast<const char*>(list), size}) +
              entry_.rows * std::uint64_t{0x9E3779B97F4A7C15};
  auto [known, is_new] = lists_.try_emplace(hash, entry_.postings, size);
  if (is_new) return;
  auto [known_begin, known_size] = known->second;
  if (known_size != size || std::memcmp(postings_.data() + known_begin, list, size) != 0) return;
  postings_.resize(entry_.postings);
  entry_.postings = known_begin;
}

keyword_format::Facts TermWriter::facts() const {
  keyword_format::Facts facts{.magic = keyword_format::facts_magic,
                              .version = keyword_format::version,
                              .rows = rows_.lengths.size()};
  for (auto length : rows_.lengths) facts.words += length;
  for (std::size_t i = 0; i < rows_.language_codes.size(); ++i)
    std::ranges::copy(rows_.language_codes[i], facts.languages[i].code.begin());
  for (auto language : rows_.languages) ++facts.languages[language].rows;
  return facts;
}

void TermWriter::finish(SectionSink& sink) {
  postings_.resize(postings_.size() + pack_padding);
  write_section(sink, SectionKind::keyword_facts, std::vector{facts()});
  write_section(sink, SectionKind::keyword_lengths, rows_.lengths);
  write_section(sink, SectionKind::keyword_row_languages, rows_.languages);
  std::ranges::copy(terms_,
                    sink.reserve_values<char>(SectionKind::keyword_terms, terms_.size()).begin());
  write_section(sink, SectionKind::keyword_term_offsets, term_offsets_);
  write_section(sink, SectionKind::keyword_term_keys, term_keys_);
  write_section(sink, SectionKind::keyword_posting_offsets, entries_);
  write_section(sink, SectionKind::keyword_block_bounds, bounds_);
  write_section(sink, SectionKind::keyword_postings, postings_);
  write_section(sink, SectionKind::keyword_positions, positions_);
}

}  // namespace aiva::retrieval
