#include "ports/document_reader.h"

namespace aiva {

std::string_view to_string(FileFormat format) {
  switch (format) {
    case FileFormat::unknown: return "unknown";
    case FileFormat::pdf: return "pdf";
    case FileFormat::text: return "txt";
    case FileFormat::markdown: return "md";
    case FileFormat::html: return "html";
    case FileFormat::docx: return "docx";
    case FileFormat::pptx: return "pptx";
    case FileFormat::xlsx: return "xlsx";
    case FileFormat::odt: return "odt";
    case FileFormat::ods: return "ods";
    case FileFormat::odp: return "odp";
    case FileFormat::epub: return "epub";
    case FileFormat::csv: return "csv";
    case FileFormat::tsv: return "tsv";
    case FileFormat::json: return "json";
    case FileFormat::jsonl: return "jsonl";
    case FileFormat::rtf: return "rtf";
    case FileFormat::eml: return "eml";
    case FileFormat::mbox: return "mbox";
    case FileFormat::image: return "image";
    case FileFormat::doc: return "doc";
    case FileFormat::xls: return "xls";
    case FileFormat::ppt: return "ppt";
    case FileFormat::zip: return "zip";
  }
  return "unknown";
}

std::string_view media_type(FileFormat format) {
  switch (format) {
    case FileFormat::unknown: return "application/octet-stream";
    case FileFormat::pdf: return "application/pdf";
    case FileFormat::text: return "text/plain";
    case FileFormat::markdown: return "text/markdown";
    case FileFormat::html: return "text/html";
    case FileFormat::docx:
      return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    case FileFormat::pptx:
      return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    case FileFormat::xlsx:
      return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    case FileFormat::odt: return "application/vnd.oasis.opendocument.text";
    case FileFormat::ods: return "application/vnd.oasis.opendocument.spreadsheet";
    case FileFormat::odp: return "application/vnd.oasis.opendocument.presentation";
    case FileFormat::epub: return "application/epub+zip";
    case FileFormat::csv: return "text/csv";
    case FileFormat::tsv: return "text/tab-separated-values";
    case FileFormat::json: return "application/json";
    case FileFormat::jsonl: return "application/x-ndjson";
    case FileFormat::rtf: return "application/rtf";
    case FileFormat::eml: return "message/rfc822";
    case FileFormat::mbox: return "application/mbox";
    case FileFormat::image: return "application/octet-stream";
    case FileFormat::doc: return "application/msword";
    case FileFormat::xls: return "application/vnd.ms-excel";
    case FileFormat::ppt: return "application/vnd.ms-powerpoint";
    case FileFormat::zip: return "application/zip";
  }
  return "application/octet-stream";
}

}  // namespace aiva
