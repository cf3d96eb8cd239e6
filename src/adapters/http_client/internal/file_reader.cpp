#include "adapters/http_client/internal/file_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace aiva::http_client {
namespace {

constexpr std::uint64_t piece_bytes = 256 * 1024;

// What the pool's thread and the waiting coroutine share; the coroutine may give up first.
struct Reading {
  explicit Reading(const asio::any_io_executor& executor)
      : done(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer done;
  std::optional<Result<std::string>> bytes;
};

}  // namespace

// Opened by the first read; one read at a time.
struct FileReader::File {
  explicit File(std::filesystem::path file_path) : path(std::move(file_path)) {}
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  Result<std::string> read(std::uint64_t offset, std::size_t size) {
    if (descriptor < 0) descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return failed(errno);
    std::string bytes(size, '\0');
    for (std::size_t count = 0; count < size;) {
      auto got = ::pread(descriptor, bytes.data() + count, size - count,
                         static_cast<off_t>(offset + count));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return failed(got < 0 ? errno : ENODATA);
      count += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  [[nodiscard]] std::unexpected<Error> failed(int number) const {
    return fail(
        internal_error("read " + path.string() + ": " + std::generic_category().message(number)));
  }

  std::filesystem::path path;
  int descriptor = -1;
};

FileReader::FileReader(ThreadPool& pool, const HttpFileBody& body)
    : pool_(pool),
      file_(std::make_shared<File>(body.path)),
      offset_(body.offset),
      left_(body.size) {}

Awaitable<Result<std::string>> FileReader::next() {
  auto size = static_cast<std::size_t>(std::min(left_, piece_bytes));
  auto executor = co_await asio::this_coro::executor;
  auto reading = std::make_shared<Reading>(executor);
  Work work = [reading, executor, file = file_, offset = offset_, size]() mutable {
    auto bytes = file->read(offset, size);
    asio::post(executor, [reading = std::move(reading), bytes = std::move(bytes)]() mutable {
      reading->bytes.emplace(std::move(bytes));
      reading->done.cancel();
    });
  };
  if (!pool_.try_post(work))
    co_return fail(ErrorCode::unavailable, "Too many files are being read");
  work = nullptr;
  co_await reading->done.async_wait(waiting);
  if (!reading->bytes) co_return fail(ErrorCode::unavailable, "The reading was given up");
  offset_ += size;
  left_ -= size;
  co_return std::move(*reading->bytes);
}

}  // namespace aiva::http_client
