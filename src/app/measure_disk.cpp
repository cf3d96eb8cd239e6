#include "app/measure_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

#include "adapters/sqlite/sqlite_database.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Time = std::chrono::duration<double>;

constexpr std::size_t block = 1024UL * 1024;
constexpr std::size_t blocks_max = 256;
constexpr std::size_t page = 4096;
constexpr std::uintmax_t free_bytes_min = 1024ULL * 1024 * 1024;
constexpr std::size_t writers = 32;
constexpr double mb = 1e6;

double seconds_since(Clock::time_point began) { return Time(Clock::now() - began).count(); }

// A descriptor that is closed.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// Memory that O_DIRECT accepts.
class Buffer {
 public:
  Buffer() : bytes_(static_cast<char*>(::operator new(block, std::align_val_t(page)))) {
    std::minstd_rand random(1);
    for (std::size_t at = 0; at < block; ++at) bytes_[at] = static_cast<char>(random() & 0xff);
  }
  ~Buffer() { ::operator delete(bytes_, std::align_val_t(page)); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  [[nodiscard]] char* get() const { return bytes_; }

 private:
  char* bytes_;
};

std::unexpected<Error> unusable(const fs::path& path) {
  return fail(ErrorCode::unavailable, "Cannot measure the disk with " + path.string(),
              std::strerror(errno));
}

// File systems in memory know no O_DIRECT.
int open_for_reading(const fs::path& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
  if (descriptor >= 0) return descriptor;
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

struct Written {
  double mb_s = 0;
  std::size_t blocks = 0;
};

Result<Written> write_blocks(const fs::path& path, const Buffer& buffer, Time time) {
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) return unusable(path);
  Written written;
  auto began = Clock::now();
  while (written.blocks < blocks_max &&
         (written.blocks < 8 || seconds_since(began) < time.count())) {
    if (::write(file.get(), buffer.get(), block) != static_cast<ssize_t>(block))
      return unusable(path);
    ++written.blocks;
  }
  if (::fsync(file.get()) != 0) return unusable(path);
  written.mb_s = static_cast<double>(written.blocks * block) / mb / seconds_since(began);
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  return written;
}

Result<double> read_blocks(const fs::path& path, const Buffer& buffer, std::size_t blocks,
                           Time time) {
  File file(open_for_reading(path));
  if (file.get() < 0) return unusable(path);
  std::size_t bytes = 0;
  auto began = Clock::now();
  do {
    auto offset = static_cast<off_t>(bytes % (blocks * block));
    if (::pread(file.get(), buffer.get(), block, offset) != static_cast<ssize_t>(block))
      return unusable(path);
    bytes += block;
  } while (seconds_since(began) < time.count());
  return static_cast<double>(bytes) / mb / seconds_since(began);
}

Result<double> read_pages(const fs::path& path, const Buffer& buffer, std::size_t blocks,
                          Time time) {
  File file(open_for_reading(path));
  if (file.get() < 0) return unusable(path);
  std::minstd_rand random(2);
  std::uniform_int_distribution<std::size_t> any(0, blocks * (block / page) - 1);
  std::size_t count = 0;
  auto began = Clock::now();
  do {
    auto offset = static_cast<off_t>(any(random) * page);
    if (::pread(file.get(), buffer.get(), page, offset) != static_cast<ssize_t>(page))
      return unusable(path);
    ++count;
  } while (seconds_since(began) < time.count());
  return static_cast<double>(count) / seconds_since(began);
}

Result<void> commit_one(Database& database, std::int64_t number) {
  return sync_wait(write(database, {}, [number](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("INSERT INTO commits (text) VALUES (?)",
                             {"a row of about a hundred bytes, as a chat message or a log line is "
                              "one, number " +
                              std::to_string(number)}));
    return {};
  }));
}

// Commits of so many threads until the time is over; how many there were.
Result<std::size_t> commit_for(Database& database, std::size_t threads, Time time) {
  std::atomic<std::size_t> count = 0;
  std::atomic<bool> has_failed = false;
  auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
  {
    std::vector<std::jthread> lanes;
    for (std::size_t lane = 0; lane < threads; ++lane)
      lanes.emplace_back([&database, &count, &has_failed, until] {
        while (!has_failed && Clock::now() < until) {
          if (commit_one(database, 1))
            ++count;
          else
            has_failed = true;
        }
      });
  }
  if (has_failed) return fail(ErrorCode::unavailable, "SQLite cannot commit on this disk");
  return std::max<std::size_t>(1, count);
}

}  // namespace

Result<DiskSpeed> measure_disk(const fs::path& folder, Time time) {
  std::error_code error;
  auto space = fs::space(folder, error);
  if (error || space.available < free_bytes_min)
    return fail(ErrorCode::unavailable, "1 GB of free disk is needed to measure it");
  auto path = folder / "disk.measure";
  Buffer buffer;
  DiskSpeed speed;
  auto written = write_blocks(path, buffer, time / 3);
  Result<double> read = 0;
  Result<double> random = 0;
  if (written) {
    speed.write_mb_s = written->mb_s;
    read = read_blocks(path, buffer, written->blocks, time / 3);
    random = read_pages(path, buffer, written->blocks, time / 3);
  }
  fs::remove(path, error);
  if (!written) return fail(written.error());
  TRY(speed.read_mb_s, std::move(read));
  TRY(speed.random_reads_s, std::move(random));
  return speed;
}

Result<CommitSpeed> measure_commits(const fs::path& folder, Time time) {
  TRY(auto database,
      make_sqlite_database({.path = folder / "commits.db", .sync = SqliteSync::power}));
  TRY_VOID(sync_wait(write(*database, {}, [](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("CREATE TABLE commits (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"));
    return {};
  })));
  CommitSpeed speed;
  auto half = time / 2;
  auto began = Clock::now();
  TRY(auto alone, commit_for(*database, 1, half));
  speed.alone_ms = seconds_since(began) * 1000 / static_cast<double>(alone);
  began = Clock::now();
  TRY(auto together, commit_for(*database, writers, half));
  speed.per_second = static_cast<double>(together) / seconds_since(began);
  return speed;
}

}  // namespace aiva::app
