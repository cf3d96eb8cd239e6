#pragma once

#include "ports/document_reader.h"

namespace aiva::knowledge {

// Whether a reader may find figures in documents of this format.
constexpr bool may_hold_figures(FileFormat format) {
  switch (format) {
    case FileFormat::pdf:
    case FileFormat::docx:
    case FileFormat::pptx:
    case FileFormat::xlsx:
    case FileFormat::odt:
    case FileFormat::ods:
    case FileFormat::odp:
    case FileFormat::epub:
    case FileFormat::eml:
    case FileFormat::mbox:
    case FileFormat::image: return true;
    case FileFormat::unknown:
    case FileFormat::text:
    case FileFormat::markdown:
    case FileFormat::html:
    case FileFormat::csv:
    case FileFormat::tsv:
    case FileFormat::json:
    case FileFormat::jsonl:
    case FileFormat::rtf:
    case FileFormat::doc:
    case FileFormat::xls:
    case FileFormat::ppt:
    case FileFormat::zip: return false;
  }
  return false;
}

}  // namespace aiva::knowledge
