#pragma once

#include <string_view>

#include "documents/block_output.h"
#include "foundation/result.h"

namespace aiva::documents {

// Reads what catdoc wrote of a Word document: a paragraph a line, form feeds between pages, rows of
// tables with `catdoc_cell_end` and `catdoc_row_end`. Never trusts the text. `invalid` where there
// is none.
Result<DocumentSummary> read_catdoc_text(std::string_view text, BlockOutput& out);

// Reads what catppt wrote of a presentation: a form feed after each slide; a short first line is
// the slide's heading. Otherwise the same.
Result<DocumentSummary> read_catppt_text(std::string_view text, BlockOutput& out);

}  // namespace aiva::documents
