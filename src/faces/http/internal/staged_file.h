#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

#include "foundation/result.h"

namespace aiva::http {

struct FreeBuffer {
  void operator()(char* memory) const;
};
using StagedBuffer = std::unique_ptr<char[], FreeBuffer>;

// Writes one new file of the staging folder from its beginning to its end. A large file goes to the
// disk past the page cache, where the file system can: filling fresh cache pages costs more than
// everything else an upload needs, and nobody reads the file soon. Blocks on the disk.
class StagedFile {
 public:
  // Fails with `unavailable` when the file cannot be made, as do the writes when the disk is full.
  static Result<StagedFile> create(const std::filesystem::path& path);
  StagedFile(StagedFile&& other) noexcept;
  StagedFile& operator=(StagedFile&& other) noexcept;
  ~StagedFile();

  Result<void> write(std::string_view bytes);
  // Writes what is waiting and closes the file; call once, at its end.
  Result<void> finish();

 private:
  explicit StagedFile(int descriptor) : descriptor_(descriptor) {}
  Result<void> write_full_buffer();
  Result<void> write_rest();

  int descriptor_ = -1;
  bool is_direct_ = false;
  bool is_first_buffer_ = true;
  StagedBuffer buffer_;
  std::size_t filled_ = 0;
  std::size_t size_ = 0;  // of what is in the file
};

}  // namespace aiva::http
