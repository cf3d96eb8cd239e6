#pragma once

#include <memory>
#include <string_view>

#include "documents/ocr/page_image.h"
#include "documents/pdf/pdfium.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

struct OcrFunctions;
struct HeifFunctions;

// What draws pages besides Leptonica; null where it could not be loaded.
struct PageLibraries {
  const Pdfium* pdfium = nullptr;
  const HeifFunctions* heif = nullptr;
};

// Opens the pages of a document of this format as pictures. `bytes` and the libraries are borrowed.
// `invalid` when it is damaged or of a format without pictures of pages.
Result<std::unique_ptr<PageImages>> open_pages(FileFormat format, std::string_view bytes,
                                               const PageLibraries& libraries,
                                               const OcrFunctions& functions);

// PDFs are drawn by PDFium; a page that is a scan gets the scan's own resolution within bounds.
Result<std::unique_ptr<PageImages>> open_pdf_pages(const Pdfium& pdfium, std::string_view bytes);

// Image files are decoded by Leptonica, HEIC and AVIF by libheif (null: not), after a look at the
// size they claim. A pixel of theirs is taken for a point, so that places on them need no
// resolution to be understood.
Result<std::unique_ptr<PageImages>> open_image_pages(const OcrFunctions& functions,
                                                     const HeifFunctions* heif,
                                                     std::string_view bytes);

}  // namespace aiva::documents
