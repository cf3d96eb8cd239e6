#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "documents/block_output.h"
#include "foundation/result.h"

namespace aiva::documents {

using TableRow = std::vector<std::string>;

// A block of an Office document: with rows it is a table; `image` is the name of the archive's
// entry that shows it, `document` of one that is read in its place.
struct OfficeBlock {
  Block block{};
  std::vector<TableRow> rows{};
  std::string image{};
  std::string document{};
  bool is_bold = false;  // all of its text is
};
// Takes the blocks of a document or of a part of it, such as a cell.
using TakeOfficeBlock = std::function<Result<void>(OfficeBlock)>;

// The text of a block in a cell: rows and lines one after the other.
std::string flatten(const OfficeBlock& block);

// What an image is said to show, without the remark that a program wrote it; at most 2000 bytes.
std::string clean_description(std::string_view text);

// Adds a target to a block's links, unless it is there already, is none that links may hold or
// there are too many.
void add_link(std::vector<std::string>& links, std::string_view target);

// Puts a table out, in blocks of limited size that repeat the row of names; empty rows are left
// out.
Result<void> write_table(BlockOutput& out, OfficeBlock table);

// Puts the blocks of an Office document out: joins neighbouring lines of code, writes tables, and
// delivers each image once, when images are wanted.
class OfficeOutput {
 public:
  // Both are borrowed.
  OfficeOutput(BlockOutput& out, ZipReader& zip) : out_(out), zip_(zip) {}

  // Fails as BlockOutput does.
  Result<void> add(OfficeBlock block);
  // Puts out what waits for a continuation; call at the end of each page and of the document.
  Result<void> flush();
  [[nodiscard]] BlockOutput& blocks() { return out_; }

 private:
  Result<void> deliver(const OfficeBlock& block);
  Result<void> read_in_place(const OfficeBlock& block);

  BlockOutput& out_;
  ZipReader& zip_;
  Block code_;  // lines of a listing that may go on
  std::unordered_set<std::string> delivered_;
  bool has_room_for_images_ = true;
};

}  // namespace aiva::documents
