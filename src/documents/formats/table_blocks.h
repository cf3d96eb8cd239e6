#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "documents/block_output.h"
#include "foundation/result.h"

namespace aiva::documents {

// Cells of one document that are read; the rest is left out.
inline constexpr std::size_t table_cells_max = 1'000'000;

// Whether the first of these rows (the beginning of a table) names the columns of the others.
bool has_header_row(std::span<const std::vector<std::string>> rows);

// Whether a text may stand among a block's links: an http, https or mailto target of fair length.
bool is_link_target(std::string_view target);

// Writes the rows of a table as blocks of limited size; each begins with the header row.
class TableBlocks {
 public:
  // Blocks get page and visibility of `pattern` and at most about `bytes_max` bytes of text.
  TableBlocks(BlockOutput& out, Block pattern, std::size_t bytes_max);

  // The next row; the first one names the columns where `is_header` says so. A row without any text
  // is left out.
  Result<void> add_row(std::span<const std::string> cells, bool is_header = false);
  // A target that the row added last points to; others than is_link_target() are left out.
  void add_link(std::string_view target);
  // Puts out what is left.
  Result<void> finish();

 private:
  Result<void> flush();

  BlockOutput& out_;
  Block pattern_;
  std::size_t bytes_max_;
  std::string header_;
  std::string row_;
  bool has_rows_ = false;
  bool has_flushed_ = false;
};

}  // namespace aiva::documents
