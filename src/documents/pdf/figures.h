#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "documents/block_output.h"
#include "documents/pdf/layout.h"
#include "documents/pdf/pdfium.h"
#include "foundation/result.h"

namespace aiva::documents {

// Delivers the figures of a document, each picture once. A JPEG stays as it is, others become PNG,
// large ones in fewer pixels. Pictures that cannot be decoded are left out, and so are all after
// some hundred million pixels.
class FigureOutput {
 public:
  // Both are borrowed.
  FigureOutput(const Pdfium& pdfium, const PdfDocument& document)
      : pdfium_(pdfium.functions()), document_(document) {}

  // Delivers the figures of one page; its failures are those of BlockOutput::add_file.
  Result<void> put_out(const PageLayout& page, BlockOutput& out);

 private:
  Result<void> put_out_figure(void* object, const PlacedImage& figure, const PageLayout& page,
                              BlockOutput& out);

  const PdfiumFunctions& pdfium_;
  const PdfDocument& document_;
  std::unordered_set<std::size_t> seen_;  // hashes of what was delivered
  std::int64_t pixels_ = 0;
  std::size_t raw_bytes_ = 0;  // looked at
};

}  // namespace aiva::documents
