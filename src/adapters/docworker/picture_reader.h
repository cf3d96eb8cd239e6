#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "ports/picture_reader.h"

namespace aiva {

struct PictureReaderOptions {
  std::filesystem::path worker_path;         // the program aiva-docworker
  std::filesystem::path ocr_data{};          // the folder of Tesseract's .traineddata files
  std::vector<std::string> ocr_languages{};  // names of such files; none: no print is recognised
  std::size_t concurrency = 1;               // images decoded at once, each on a thread
  std::size_t queue_max = 64;                // images that wait; more are refused
  std::chrono::milliseconds wall_timeout{30'000};  // for one image
};

// A reader whose images are decoded by children of a worker process of its own, started when first
// needed and again when it has ended. What they say is checked: sizes, counts, the thumbnail's
// header. Its destructor cancels the readings in progress. `unavailable` when the worker's program
// is missing.
Result<std::unique_ptr<PictureReader>> make_picture_reader(const PictureReaderOptions& options);

}  // namespace aiva
