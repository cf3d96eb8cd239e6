#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva {

struct DocumentReaderOptions {
  std::filesystem::path worker_path;  // the program aiva-docworker
  std::filesystem::path pdfium_path;  // libpdfium.so
  std::size_t concurrency = 2;        // documents read at once, each on a thread of the reader's
  std::chrono::milliseconds wall_timeout{
      300'000};  // for one document; what came until then is kept
};

// A reader whose documents are parsed by children of a worker process of its own. It starts the
// worker at the first reading and again when it has ended; its destructor cancels the readings in
// progress and ends the worker. `unavailable` when the worker's program is missing.
Result<std::unique_ptr<DocumentReader>> make_document_reader(const DocumentReaderOptions& options);

}  // namespace aiva
