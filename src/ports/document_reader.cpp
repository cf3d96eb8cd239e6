#include "ports/document_reader.h"

namespace aiva {

std::string_view to_string(FileFormat format) {
  switch (format) {
    case FileFormat::unknown: return "unknown";
    case FileFormat::pdf: return "pdf";
    case FileFormat::text: return "txt";
    case FileFormat::markdown: return "md";
    case FileFormat::html: return "html";
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
  }
  return "application/octet-stream";
}

}  // namespace aiva
