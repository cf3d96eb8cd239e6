#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "documents/block_output.h"
#include "documents/pdf/pdfium.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// One kind of document. Each has a file of its own in this folder and a line in all_formats.cpp.
class Format {
 public:
  virtual ~Format() = default;
  [[nodiscard]] virtual FileFormat format() const = 0;
  // Reads the bytes (never trusted) into `out`, page by page in reading order. What was put out
  // before a failure stays. The summary's `format` is filled in by the caller, and its title too
  // where the document names none.
  virtual Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const = 0;
};

std::unique_ptr<Format> make_text_format();
std::unique_ptr<Format> make_markdown_format();
std::unique_ptr<Format> make_html_format();
std::unique_ptr<Format> make_csv_format();
std::unique_ptr<Format> make_tsv_format();
std::unique_ptr<Format> make_json_format();
std::unique_ptr<Format> make_json_lines_format();
std::unique_ptr<Format> make_rtf_format();
std::unique_ptr<Format> make_mail_format();
std::unique_ptr<Format> make_mailbox_format();
std::unique_ptr<Format> make_xlsx_format();
std::unique_ptr<Format> make_ods_format();
std::unique_ptr<Format> make_docx_format();
std::unique_ptr<Format> make_xls_format();
// Documents of Office 97 to 2003 (doc or ppt), read as what a converter makes of them; without one
// they are refused with advice.
std::unique_ptr<Format> make_legacy_format(FileFormat format);
std::unique_ptr<Format> make_pptx_format();
std::unique_ptr<Format> make_odt_format();
std::unique_ptr<Format> make_odp_format();
std::unique_ptr<Format> make_epub_format();
std::unique_ptr<Format> make_zip_format();
// `pdfium` is borrowed; null where it could not be loaded: reading fails with `unavailable`.
std::unique_ptr<Format> make_pdf_format(const Pdfium* pdfium);
// `recognition` says why print cannot be recognised where that is not installed.
std::unique_ptr<Format> make_image_format(Result<void> recognition);

// Every format AIVA reads.
std::vector<std::unique_ptr<Format>> make_all_formats(const Pdfium* pdfium,
                                                      const Result<void>& recognition = {});

}  // namespace aiva::documents
