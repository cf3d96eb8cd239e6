#include "adapters/s3/internal/disk_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "foundation/file_error.h"

namespace aiva::s3 {

Result<DiskFile> DiskFile::open(const std::filesystem::path& path, int flags) {
  int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(file_error(errno, "open", path));
  return DiskFile(descriptor, path);
}

Result<DiskFile> DiskFile::open(const std::filesystem::path& path) { return open(path, O_RDONLY); }

Result<DiskFile> DiskFile::create(const std::filesystem::path& path) {
  return open(path, O_WRONLY | O_CREAT | O_EXCL);
}

DiskFile& DiskFile::operator=(DiskFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

DiskFile::~DiskFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::uint64_t> DiskFile::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return fail(file_error(errno, "look at", path_));
  if (!S_ISREG(status.st_mode)) return fail(file_error(EISDIR, "read", path_));
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::string> DiskFile::read(std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t count = 0;
  while (count < size) {
    auto got = ::read(descriptor_, bytes.data() + count, size - count);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file_error(errno, "read", path_));
    if (got == 0) break;
    count += static_cast<std::size_t>(got);
  }
  bytes.resize(count);
  return bytes;
}

Result<void> DiskFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(file_error(count < 0 ? errno : ENOSPC, "write", path_));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> DiskFile::clear() {
  if (::ftruncate(descriptor_, 0) != 0 || ::lseek(descriptor_, 0, SEEK_SET) != 0)
    return fail(file_error(errno, "empty", path_));
  return {};
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace aiva::s3
