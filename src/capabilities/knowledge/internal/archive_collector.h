#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/crypto.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::knowledge {

// A document out of an archive, whole in the staging folder.
struct ArchivedFile {
  std::string name{};
  std::filesystem::path staged{};
  std::int64_t size_bytes = 0;
  std::string content_sha256{};
};

// Why a file of an archive did not become a document.
struct ArchiveFailure {
  std::string name{};
  std::string reason{};
};

struct ArchiveLimits {
  std::size_t files_max = 0;
  std::int64_t bytes_max = 0;       // of all files
  std::int64_t file_bytes_max = 0;  // of one; a larger one is left out
};

// Receives the documents of an archive from the reader and keeps them in the staging folder; what
// nobody took is removed at its end. One thread at a time.
class ArchiveCollector {
 public:
  ArchiveCollector(std::filesystem::path staging_folder, ArchiveLimits limits)
      : folder_(std::move(staging_folder)), limits_(limits) {}
  ~ArchiveCollector();
  ArchiveCollector(const ArchiveCollector&) = delete;
  ArchiveCollector& operator=(const ArchiveCollector&) = delete;

  // A piece of a file, as DocumentSink::file gets it. Fails with `too_large` beyond the limits of
  // the archive, or `unavailable` when the disk cannot be written.
  Result<void> take(const EmbeddedFile& file, std::string_view bytes, bool is_last);

  [[nodiscard]] const std::vector<ArchivedFile>& files() const { return files_; }
  // Callers add what happened to files later.
  [[nodiscard]] std::vector<ArchiveFailure>& failures() { return failures_; }

 private:
  Result<void> begin(const EmbeddedFile& file);
  Result<void> end();
  void drop_current();

  std::filesystem::path folder_;
  ArchiveLimits limits_;
  std::vector<ArchivedFile> files_;
  std::vector<ArchiveFailure> failures_;
  std::size_t seen_ = 0;
  std::int64_t bytes_ = 0;
  // The file that is arriving.
  std::optional<ArchivedFile> current_;
  std::ofstream output_;
  Sha256 hash_;
  bool is_left_out_ = false;
};

}  // namespace aiva::knowledge
