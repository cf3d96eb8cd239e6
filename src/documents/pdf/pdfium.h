#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/pdf/glyphs.h"
#include "foundation/result.h"

namespace aiva::documents {

struct PdfiumFunctions;

// PDFium, opened at run time so that an operator can name a newer build. One per program; its
// documents are read on one thread. Stays loaded until the program ends.
class Pdfium {
 public:
  // `unavailable` when the file is no PDFium or lacks a function.
  static Result<std::unique_ptr<Pdfium>> open(const std::filesystem::path& library);
  ~Pdfium();
  Pdfium(const Pdfium&) = delete;
  Pdfium& operator=(const Pdfium&) = delete;

  [[nodiscard]] const PdfiumFunctions& functions() const { return *functions_; }

 private:
  explicit Pdfium(std::unique_ptr<PdfiumFunctions> functions);
  std::unique_ptr<PdfiumFunctions> functions_;
};

// An entry of the document's outline (its bookmarks).
struct OutlineEntry {
  std::string title;
  int level = 1;  // from 1
  int page = 0;   // from 1; 0 where it leads nowhere
};

// One opened PDF.
class PdfDocument {
 public:
  // `bytes` are borrowed. `invalid` when damaged or protected by a password.
  static Result<std::unique_ptr<PdfDocument>> open(const Pdfium& pdfium, std::string_view bytes);
  ~PdfDocument();
  PdfDocument(const PdfDocument&) = delete;
  PdfDocument& operator=(const PdfDocument&) = delete;

  [[nodiscard]] int page_count() const;
  // PDFium's own handle, for what draws pages.
  [[nodiscard]] void* handle() const { return document_; }
  // The title in the document's information dictionary, raw.
  [[nodiscard]] std::string title() const;
  // At most `entries_max` entries in reading order.
  [[nodiscard]] std::vector<OutlineEntry> outline(std::size_t entries_max) const;
  // The glyphs of page `number` (from 1) in the order they are drawn, at most `glyphs_max`.
  // `invalid` when the page cannot be read.
  [[nodiscard]] Result<PageGlyphs> read_page(int number, std::size_t glyphs_max) const;

 private:
  PdfDocument(const PdfiumFunctions& functions, void* document);
  const PdfiumFunctions& functions_;
  void* document_;
};

}  // namespace aiva::documents
