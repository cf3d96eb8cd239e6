#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "documents/chunker.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {

// What is wrong with the spans of the pieces that were made of these blocks; empty when nothing is.
// The left side of each block's box must be its index, which tells what a span is of.
inline std::string find_wrong_span(const std::vector<Block>& blocks,
                                   const std::vector<Piece>& pieces) {
  for (const auto& piece : pieces) {
    if (piece.spans.empty()) return "no spans: " + piece.text;
    if (!is_valid_utf8(piece.text)) return "a character was cut: " + piece.text;
    std::size_t last = 0;
    int page_first = piece.spans[0].page;
    int page_last = page_first;
    for (const auto& span : piece.spans) {
      if (span.begin < last || span.begin >= span.end || span.end > piece.text.size())
        return "spans out of order: " + piece.text;
      last = span.end;
      const auto& block = blocks.at(static_cast<std::size_t>(span.box->left));
      auto text = piece.text.substr(span.begin, span.end - span.begin);
      if (block.text.find(text) == std::string::npos) return text + "\nis not in\n" + block.text;
      if (span.page != block.page) return "of another page: " + text;
      page_first = std::min(page_first, span.page);
      page_last = std::max(page_last, span.page);
    }
    if (piece.page_first != page_first || piece.page_last != page_last)
      return "pages that are not its spans': " + piece.text;
  }
  return {};
}

}  // namespace aiva::documents
