#pragma once

#include <cstddef>

#include "documents/pdf/glyphs.h"
#include "documents/pdf/pdfium_functions.h"
#include "foundation/result.h"

namespace aiva::documents {

// The glyphs of one page (`index` from 0) of an open PDFium document.
Result<PageGlyphs> read_glyphs(const PdfiumFunctions& pdfium, void* document, int index,
                               std::size_t glyphs_max);

}  // namespace aiva::documents
