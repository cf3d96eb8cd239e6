#pragma once

#include <filesystem>

#include "app/config.h"

namespace aiva::app {

// Where the files that come with the program are; a file that is not there shows when it is used.
struct Paths {
  std::filesystem::path native;           // the folder of native/lock.json's files
  std::filesystem::path onnxruntime;      // libonnxruntime.so
  std::filesystem::path pdfium;           // libpdfium.so
  std::filesystem::path token_ranks;      // o200k_base.tiktoken
  std::filesystem::path document_worker;  // aiva-docworker
  std::filesystem::path console;          // the built console: index.html and its files
};

// As configured, else beside the running program: in its folder, in ../lib/aiva, or in the source
// tree it was built in.
Paths find_paths(const Config& config);

}  // namespace aiva::app
