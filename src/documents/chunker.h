#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

struct ChunkerOptions {
  // How large a text is, in the unit of the sizes below: tokens of the embedder, or characters.
  std::function<int(std::string_view)> measure;
  int size_target = 384;  // whole blocks are packed up to this
  int size_max = 512;     // only larger blocks are split
  int overlap = 58;       // repeated between the parts of one split block, in whole sentences
};

// The number of characters (code points) of a UTF-8 text.
int count_characters(std::string_view text);

// Bytes [begin, end) of a chunk's text come from `page`.
struct PieceSpan {
  int page = 1;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::optional<Box> box{};
};

// A piece of a document, to be embedded and found as one.
struct Piece {
  std::string text;
  std::string heading_path{};  // "Part > Chapter > Section", not repeated in `text`
  std::string type = "text";   // text | table | code
  int page_first = 1;
  int page_last = 1;
  int size = 0;  // as measured
  std::vector<PieceSpan> spans{};
};

// Cuts a stream of blocks into pieces along the document's own structure: a heading starts a new
// piece, blocks stay whole unless they alone are too large, then they are split between sentences
// (tables and code between lines, a table's first line repeated), then words.
class Chunker {
 public:
  // `deliver` receives each finished piece; its failure stops the chunker.
  Chunker(ChunkerOptions options, std::function<Result<void>(Piece)> deliver);

  Result<void> add(const std::vector<Block>& blocks);
  // Delivers what is left; call once, at the end.
  Result<void> finish();

 private:
  struct Heading {
    int level = 1;
    std::string text;
  };

  Result<void> add_heading(const Block& block);
  Result<void> add_content(const Block& block);
  Result<void> add_split(const Block& block);
  Result<void> flush();
  void append(const Block& block, std::string_view text, int size);
  [[nodiscard]] std::string heading_path() const;

  ChunkerOptions options_;
  std::function<Result<void>(Piece)> deliver_;
  std::vector<Heading> headings_;
  std::optional<Block> bare_heading_;  // a heading nothing has followed yet
  Piece piece_;
  BlockKind last_kind_ = BlockKind::paragraph;
};

}  // namespace aiva::documents
