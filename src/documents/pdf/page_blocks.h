#pragma once

#include <string>
#include <utility>
#include <vector>

#include "documents/pdf/document_style.h"
#include "documents/pdf/layout.h"
#include "documents/pdf/outline.h"
#include "documents/pdf/paragraphs.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// Turns laid out pages into blocks: says what is a heading, a list item, a listing or a table, and
// joins lines and the words parted at their ends. One per document, as levels of headings and lists
// follow from what came before.
class PageBlocks {
 public:
  explicit PageBlocks(Outline outline) : outline_(std::move(outline)) {}

  [[nodiscard]] const Outline& outline() const { return outline_; }

  // The blocks of the next page.
  std::vector<Block> make(const PageLayout& page, const DocumentStyle& style);

 private:
  Block make_block(const Paragraph& paragraph, const PageLayout& page, const DocumentStyle& style);
  int heading_level(const Paragraph& paragraph, const std::string& text, int page,
                    const DocumentStyle& style);
  int list_level(const Paragraph& paragraph);
  [[nodiscard]] std::string flowing_text(const Paragraph& paragraph) const;

  Outline outline_;
  int outline_level_ = 0;          // of the last heading the outline lists
  std::vector<float> list_lefts_;  // where the marks of the open lists stand
};

}  // namespace aiva::documents
