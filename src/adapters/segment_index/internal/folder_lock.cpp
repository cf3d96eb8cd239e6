#include "adapters/segment_index/internal/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace aiva::segment_index {

FolderLock::FolderLock(FolderLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)), is_held_(std::exchange(other.is_held_, false)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(is_held_, other.is_held_);
  return *this;
}

FolderLock::~FolderLock() {
  if (file_ >= 0) close(file_);
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code)
    return fail(ErrorCode::unavailable, "The folder for indexes cannot be made", code.message());
  FolderLock lock;
  auto path = folder / "lock";
  lock.file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock.file_ < 0)
    return fail(ErrorCode::unavailable, "The folder for indexes cannot be used",
                path.string() + ": " + std::strerror(errno));
  lock.is_held_ = flock(lock.file_, LOCK_EX | LOCK_NB) == 0;
  return lock;
}

}  // namespace aiva::segment_index
