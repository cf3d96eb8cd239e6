#include "app/backup_place.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "adapters/local_files/local_object_store.h"
#include "adapters/sqlite/sqlite_database.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "backup.lock";

}  // namespace

Result<BackupPlace> open_backup_place(const std::string& place, ThreadPool& pool, bool may_create) {
  if (place.starts_with("s3://"))
    return fail(ErrorCode::invalid, "Backups can be kept in folders only");
  std::error_code error;
  auto folder = fs::absolute(place, error);
  if (!fs::is_directory(folder, error)) {
    if (!may_create) return fail(ErrorCode::not_found, "There is no folder " + folder.string());
    fs::create_directories(folder, error);
    if (error)
      return fail(ErrorCode::unavailable, "Cannot make " + folder.string(), error.message());
    fs::permissions(folder, fs::perms::owner_all, error);
  }
  BackupPlace opened;
  TRY(opened.lock, FolderLock::try_take(folder, lock_name));
  if (!opened.lock)
    return fail(ErrorCode::conflict, "Another process uses the backups in " + folder.string());
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
  // Whole tables are read and written here, which takes its time.
  return make_sqlite_database(
      {.path = path,
       .reader_threads = 1,
       .slow_query = std::chrono::hours(1),
       .sync = config.data.sync == "power" ? SqliteSync::power : SqliteSync::process});
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
