#pragma once

#include <filesystem>

#include "foundation/result.h"

namespace aiva::segment_index {

// The right to write a folder, held by a lock on a file in it until the process ends.
class FolderLock {
 public:
  FolderLock() = default;
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

  // Makes the folder. Fails with `unavailable` when it cannot be used.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  // False: another process has it.
  [[nodiscard]] bool is_held() const { return is_held_; }

 private:
  int file_ = -1;
  bool is_held_ = false;
};

}  // namespace aiva::segment_index
