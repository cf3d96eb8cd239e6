#include "documents/formats/format.h"

namespace aiva::documents {

std::vector<std::unique_ptr<Format>> make_all_formats(const Pdfium* pdfium,
                                                      const Result<void>& recognition) {
  std::vector<std::unique_ptr<Format>> formats;
  formats.push_back(make_pdf_format(pdfium));
  formats.push_back(make_html_format());
  formats.push_back(make_markdown_format());
  formats.push_back(make_text_format());
  formats.push_back(make_csv_format());
  formats.push_back(make_tsv_format());
  formats.push_back(make_json_format());
  formats.push_back(make_json_lines_format());
  formats.push_back(make_rtf_format());
  formats.push_back(make_mail_format());
  formats.push_back(make_mailbox_format());
  formats.push_back(make_xlsx_format());
  formats.push_back(make_ods_format());
  formats.push_back(make_xls_format());
  for (auto legacy : {FileFormat::doc, FileFormat::ppt})
    formats.push_back(make_legacy_format(legacy));
  formats.push_back(make_image_format(recognition));
  formats.push_back(make_docx_format());
  formats.push_back(make_pptx_format());
  formats.push_back(make_odt_format());
  formats.push_back(make_odp_format());
  formats.push_back(make_epub_format());
  formats.push_back(make_zip_format());
  return formats;
}

}  // namespace aiva::documents
