#pragma once

#include <vector>

#include "documents/pdf/glyphs.h"
#include "documents/pdf/page_frame.h"
#include "documents/pdf/pdfium_functions.h"

namespace aiva::documents {

// The parts of an open page that are marked as leading to the web or to a mailbox, up to a limit.
std::vector<PlacedLink> read_page_links(const PdfiumFunctions& pdfium, void* document, void* page,
                                        const PageFrame& frame);

}  // namespace aiva::documents
