#include "app/backup_place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "adapters/local_files/local_object_store.h"
#include "adapters/sqlite/sqlite_database.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "backup.lock";
constexpr std::string_view sqlite_scheme = "sqlite://";
// Whole tables are read and written here, which takes its time.
constexpr auto slow_query = std::chrono::hours(1);

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(ErrorCode::unavailable, "Cannot make " + folder.string(), error.message());
  fs::permissions(folder, fs::perms::owner_all, error);
  return {};
}

}  // namespace

PlaceLock::PlaceLock(PlaceLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

PlaceLock& PlaceLock::operator=(PlaceLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

PlaceLock::~PlaceLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<PlaceLock> PlaceLock::take(const fs::path& folder) {
  auto file = folder / lock_name;
  PlaceLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.descriptor_ < 0)
    return fail(ErrorCode::unavailable, "Cannot open " + file.string(), std::strerror(errno));
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::conflict, "Another process uses the backups in " + folder.string());
  return lock;
}

Result<BackupPlace> open_backup_place(const std::string& place, ThreadPool& pool, bool may_create) {
  if (place.starts_with("s3://"))
    return fail(ErrorCode::invalid, "Backups can be kept in folders only");
  std::error_code error;
  auto folder = fs::absolute(place, error);
  if (!fs::is_directory(folder, error)) {
    if (!may_create) return fail(ErrorCode::not_found, "There is no folder " + folder.string());
    TRY_VOID(make_folder(folder));
  }
  BackupPlace opened;
  TRY(opened.lock, PlaceLock::take(folder));
  TRY(opened.store, make_local_object_store(folder, pool));
  opened.flush = [folder] { return flush_file_system(folder); };
  return opened;
}

Result<std::unique_ptr<Database>> open_rows(const Config& config, const fs::path& folder,
                                            bool is_new) {
  auto path = folder / "aiva.db";
  std::error_code error;
  if (!is_new && !fs::exists(path, error))
    return fail(ErrorCode::not_found, "There is no installation in " + folder.string());
  return make_sqlite_database(
      {.path = path,
       .reader_threads = 1,
       .slow_query = slow_query,
       .sync = config.data.sync == "power" ? SqliteSync::power : SqliteSync::process});
}

Result<std::unique_ptr<ObjectStore>> open_files(const fs::path& folder, ThreadPool& pool) {
  return make_local_object_store(folder / "files", pool);
}

Result<std::unique_ptr<Database>> open_move_target(const std::string& url) {
  if (url.starts_with(sqlite_scheme))
    return make_sqlite_database(
        {.path = url.substr(sqlite_scheme.size()), .reader_threads = 1, .slow_query = slow_query});
  return fail(ErrorCode::invalid, "Rows cannot be moved to that kind of database");
}

Result<void> flush_file_system(const fs::path& folder) {
  int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool is_flushed = descriptor >= 0 && ::syncfs(descriptor) == 0;
  int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (is_flushed) return {};
  return fail(ErrorCode::unavailable, "Cannot flush " + folder.string(), std::strerror(number));
}

}  // namespace aiva::app
