#pragma once

#include <string_view>

#include "documents/block_output.h"
#include "documents/ocr/open_pages.h"
#include "documents/ocr/page_image.h"
#include "documents/ocr/recogniser.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// Recognises the print on `request.pages_to_recognise` and delivers the blocks page by page. The
// summary counts the pages asked for; pages that could not be recognised are missing in it, with
// the first reason. Failures as of DocumentReader. The bytes are hostile.
Result<DocumentSummary> recognise_document(std::string_view bytes, const ReadRequest& request,
                                           const PageLibraries& libraries,
                                           const Recogniser& recogniser, const DocumentSink& sink,
                                           const ReadLimits& limits = {});

// The same with pages that are pictures already.
Result<DocumentSummary> recognise_pages(const PageImages& pages, const ReadRequest& request,
                                        const Recogniser& recogniser, const DocumentSink& sink,
                                        const ReadLimits& limits = {});

}  // namespace aiva::documents
