#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/crypto.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::images {

// A picture found in a document, whole in a file of its own.
struct FigureFile {
  std::filesystem::path path{};
  std::string content_sha256{};
  std::int64_t size_bytes = 0;
  int page = 1;
};

// Keeps the pictures a reader delivers in a folder until this dies. Those that are too large, came
// before with the same content, or would be too many are left out.
class FigureFiles {
 public:
  FigureFiles(std::filesystem::path folder, std::int64_t count_max);
  ~FigureFiles();
  FigureFiles(const FigureFiles&) = delete;
  FigureFiles& operator=(const FigureFiles&) = delete;

  Result<void> take(const EmbeddedFile& file, std::string_view bytes, bool is_last);
  [[nodiscard]] const std::vector<FigureFile>& files() const { return files_; }
  // Whether one of the files has this content.
  [[nodiscard]] bool has(const std::string& sha256) const;

 private:
  void begin(const EmbeddedFile& file);
  Result<void> finish();

  std::filesystem::path folder_;
  std::int64_t count_max_;
  std::vector<FigureFile> files_;
  FigureFile current_{};
  std::ofstream stream_;
  Sha256 hash_;
  bool is_begun_ = false;
  bool is_left_out_ = false;
};

}  // namespace aiva::images
