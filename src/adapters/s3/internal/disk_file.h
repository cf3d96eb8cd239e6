#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "foundation/result.h"

namespace aiva::s3 {

// An open file. Failures are those of file_error; blocking.
class DiskFile {
 public:
  static Result<DiskFile> open(const std::filesystem::path& path);
  // A new file that only this user reads.
  static Result<DiskFile> create(const std::filesystem::path& path);

  DiskFile(DiskFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
  DiskFile& operator=(DiskFile&& other) noexcept;
  ~DiskFile();

  [[nodiscard]] Result<std::uint64_t> size() const;
  // Up to `size` bytes from the place behind the last ones; fewer only at the end.
  Result<std::string> read(std::size_t size);
  Result<void> write(std::string_view bytes);
  // Empties the file.
  Result<void> clear();

 private:
  DiskFile(int descriptor, std::filesystem::path path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  static Result<DiskFile> open(const std::filesystem::path& path, int flags);

  int descriptor_;
  std::filesystem::path path_;
};

// A file that goes with this object.
class TemporaryFile {
 public:
  TemporaryFile() = default;
  explicit TemporaryFile(std::filesystem::path path) : path_(std::move(path)) {}
  TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFile& operator=(TemporaryFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TemporaryFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_{};
};

}  // namespace aiva::s3
