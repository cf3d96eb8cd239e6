#include "retrieval/keywords/keyword_merge.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "retrieval/keywords/analysis.h"
#include "retrieval/keywords/keyword_builder.h"
#include "retrieval/keywords/posting_block.h"
#include "retrieval/keywords/term_writer.h"
#include "retrieval/keywords/varint.h"

namespace aiva::retrieval {
namespace {

constexpr std::uint32_t none = ~std::uint32_t{0};

std::unexpected<Error> damaged(const char* what) {
  return fail(internal_error(std::string("keyword sections to be merged: damaged ") + what));
}

std::string_view language_of(const KeywordBlock& block, std::size_t row) {
  auto index = block.row_languages()[row];
  if (index >= keyword_format::languages_max) return {};
  const auto& code = block.facts().languages[index].code;
  std::string_view text(code.data(), code.size());
  return text.substr(0, text.find('\0'));
}

// Goes through the terms of a source in their order.
class SourceReader {
 public:
  // Adds the living rows of the source to `rows`.
  SourceReader(const KeywordSource& source, RowFacts& rows) : block_(source.block) {
    new_rows_.resize(block_->rows(), none);
    for (std::size_t row = 0; row < block_->rows(); ++row) {
      bool is_dead = row / 64 < source.dead.size() && (source.dead[row / 64] >> row % 64 & 1U) != 0;
      if (is_dead) continue;
      new_rows_[row] = static_cast<std::uint32_t>(rows.lengths.size());
      rows.lengths.push_back(block_->lengths()[row]);
      rows.languages.push_back(rows.language_index(language_of(*block_, row)));
    }
  }

  [[nodiscard]] bool is_at_end() const { return index_ == block_->terms(); }
  [[nodiscard]] std::string_view term() const { return block_->term(index_); }

  // Moves to the next term, which must be greater.
  Result<void> advance() {
    auto before = term();
    ++index_;
    if (!is_at_end() && term() <= before) return damaged("order of terms");
    return {};
  }

  // Adds the living rows that have the term.
  Result<void> copy_postings(TermWriter& writer) {
    auto list = block_->postings(index_);
    if (list.rows == 0) return damaged("term");
    bool has_positions = !term().starts_with(stem_mark);
    std::size_t offset = 0;
    for (std::size_t number = 0; number < list.blocks(); ++number) {
      if (!unpack_postings(list, number, block_->rows(), postings_)) return damaged("postings");
      for (std::size_t i = 0; i < postings_.count; ++i) {
        auto begin = offset;
        if (has_positions && !skip_places(list, postings_.frequency(i), offset))
          return damaged("positions");
        auto row = new_rows_[postings_.rows[i]];
        if (row == none) continue;
        writer.add({.row = row,
                    .body = postings_.body[i],
                    .heading = postings_.heading[i],
                    .title = postings_.title[i],
                    .positions = list.positions.subspan(begin, offset - begin)});
      }
    }
    return {};
  }

 private:
  static bool skip_places(const keyword_format::PostingList& list, std::uint32_t count,
                          std::size_t& offset) {
    std::uint32_t distance = 0;
    for (; count > 0; --count)
      if (!read_varint(list.positions, offset, distance)) return false;
    return true;
  }

  const KeywordBlock* block_;
  std::vector<std::uint32_t> new_rows_;
  std::size_t index_ = 0;
  PostingBlock postings_;
};

// The smallest term that any source is at.
std::optional<std::string_view> smallest_term(std::span<const SourceReader> sources) {
  std::optional<std::string_view> smallest;
  for (const auto& source : sources)
    if (!source.is_at_end() && (!smallest || source.term() < *smallest)) smallest = source.term();
  return smallest;
}

}  // namespace

Result<void> merge_keywords(std::span<const KeywordSource> sources, SectionSink& sink) {
  RowFacts rows;
  std::vector<SourceReader> readers;
  readers.reserve(sources.size());
  for (const auto& source : sources) readers.emplace_back(source, rows);
  if (rows.lengths.size() > keyword_rows_max)
    return fail(ErrorCode::too_large, "Too many rows for one segment.");
  TermWriter writer(rows);
  while (auto term = smallest_term(readers)) {
    writer.begin_term(*term);
    for (auto& reader : readers) {
      if (reader.is_at_end() || reader.term() != *term) continue;
      TRY_VOID(reader.copy_postings(writer));
      TRY_VOID(reader.advance());
    }
    writer.end_term();
  }
  writer.finish(sink);
  return {};
}

}  // namespace aiva::retrieval
