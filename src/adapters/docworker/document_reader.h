#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva {

struct DocumentReaderOptions {
  std::filesystem::path worker_path;         // the program aiva-docworker
  std::filesystem::path pdfium_path;         // libpdfium.so
  std::filesystem::path ocr_data{};          // the folder of Tesseract's .traineddata files
  std::vector<std::string> ocr_languages{};  // names of such files; none: nothing is recognised
  std::size_t concurrency = 2;  // documents read at once, each on a thread of the reader's
  std::size_t recognition_concurrency = 1;  // the same for documents whose print is recognised
  std::chrono::milliseconds wall_timeout{
      300'000};  // for one document and again for each page to recognise; what came is kept
  // Who converts documents of Office 97 to 2003, and its folder; see find_legacy_converter().
  std::string legacy_converter = "none";
  std::filesystem::path legacy_converter_folder{};
};

// A reader whose documents are parsed by children of a worker process of its own. It starts the
// worker at the first reading and again when it has ended, and a second one, which has Tesseract in
// it, at the first recognition; its destructor cancels the readings in progress and ends the
// workers. `unavailable` when the worker's program is missing.
Result<std::unique_ptr<DocumentReader>> make_document_reader(const DocumentReaderOptions& options);

}  // namespace aiva
