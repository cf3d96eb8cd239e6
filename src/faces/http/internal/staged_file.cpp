#include "faces/http/internal/staged_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace aiva::http {
namespace {

constexpr mode_t staged_file_mode = 0600;
// Direct writes must begin and end at blocks, in memory and in the file; no disk has larger ones.
constexpr std::size_t block_bytes = 4096;
constexpr std::size_t buffer_bytes = 512 * 1024;
static_assert(buffer_bytes % block_bytes == 0);

std::unexpected<Error> disk_failure(const char* operation) {
  return fail(ErrorCode::unavailable, "The upload cannot be stored now",
              std::string(operation) + ": " + std::strerror(errno));
}

Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_failure("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// A buffer that has been used is there already: pages of a fresh one cost as much as the copying.
// Each thread keeps the last one that was given back to it.
thread_local StagedBuffer spare_buffer;

StagedBuffer take_buffer() {
  if (spare_buffer) return std::move(spare_buffer);
  return StagedBuffer(static_cast<char*>(std::aligned_alloc(block_bytes, buffer_bytes)));
}

bool set_direct(int file, bool is_direct) {
  int flags = ::fcntl(file, F_GETFL);
  if (flags < 0) return false;
  return ::fcntl(file, F_SETFL, is_direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

}  // namespace

void FreeBuffer::operator()(char* memory) const { std::free(memory); }

Result<StagedFile> StagedFile::create(const std::filesystem::path& path) {
  int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, staged_file_mode);
  if (descriptor < 0) return disk_failure("open");
  return StagedFile(descriptor);
}

StagedFile::StagedFile(StagedFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      is_direct_(other.is_direct_),
      is_first_buffer_(other.is_first_buffer_),
      buffer_(std::move(other.buffer_)),
      filled_(other.filled_),
      size_(other.size_) {}

StagedFile& StagedFile::operator=(StagedFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(is_direct_, other.is_direct_);
  std::swap(is_first_buffer_, other.is_first_buffer_);
  std::swap(buffer_, other.buffer_);
  std::swap(filled_, other.filled_);
  std::swap(size_, other.size_);
  return *this;
}

StagedFile::~StagedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> StagedFile::write(std::string_view bytes) {
  if (!buffer_) {
    buffer_ = take_buffer();
    if (!buffer_) return disk_failure("allocate");
  }
  while (!bytes.empty()) {
    auto count = std::min(bytes.size(), buffer_bytes - filled_);
    std::memcpy(buffer_.get() + filled_, bytes.data(), count);
    bytes.remove_prefix(count);
    filled_ += count;
    if (filled_ == buffer_bytes) TRY_VOID(write_full_buffer());
  }
  return {};
}

Result<void> StagedFile::write_full_buffer() {
  // Files smaller than the buffer never come here: for them the cache is the better place.
  if (std::exchange(is_first_buffer_, false)) is_direct_ = set_direct(descriptor_, true);
  auto written = ::write(descriptor_, buffer_.get(), filled_);
  if (is_direct_ && written < 0 && errno == EINVAL) {  // the file system wants it otherwise
    if (!set_direct(descriptor_, false)) return disk_failure("fcntl");
    is_direct_ = false;
    written = ::write(descriptor_, buffer_.get(), filled_);
  }
  if (written < 0 && errno != EINTR) return disk_failure("write");
  size_ += filled_;
  auto done = written < 0 ? 0 : static_cast<std::size_t>(written);
  auto rest = std::string_view(buffer_.get(), std::exchange(filled_, 0)).substr(done);
  if (rest.empty()) return {};
  // Cut short: what is left may not end at blocks any more.
  if (is_direct_ && !set_direct(descriptor_, false)) return disk_failure("fcntl");
  is_direct_ = false;
  return write_all(descriptor_, rest);
}

Result<void> StagedFile::write_rest() {
  std::string_view rest(buffer_.get(), std::exchange(filled_, 0));
  size_ += rest.size();
  if (!is_direct_) return write_all(descriptor_, rest);
  // Whole blocks, the last filled up with zeros that are cut off again.
  auto padded = (rest.size() + block_bytes - 1) / block_bytes * block_bytes;
  std::memset(buffer_.get() + rest.size(), 0, padded - rest.size());
  auto written = ::write(descriptor_, buffer_.get(), padded);
  if (written == static_cast<ssize_t>(padded))
    return ::ftruncate(descriptor_, static_cast<off_t>(size_)) == 0 ? Result<void>{}
                                                                    : disk_failure("ftruncate");
  if (written < 0 && errno != EINTR && errno != EINVAL) return disk_failure("write");
  if (!set_direct(descriptor_, false)) return disk_failure("fcntl");
  auto done = written < 0 ? 0 : static_cast<std::size_t>(written);
  return write_all(descriptor_, rest.substr(std::min(done, rest.size())));
}

Result<void> StagedFile::finish() {
  if (filled_ > 0) TRY_VOID(write_rest());
  spare_buffer = std::move(buffer_);
  if (::close(std::exchange(descriptor_, -1)) != 0) return disk_failure("close");
  return {};
}

}  // namespace aiva::http
