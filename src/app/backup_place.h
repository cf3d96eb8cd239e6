#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/config.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::app {

// The exclusive use of a folder of backups. The system ends it with the process.
class PlaceLock {
 public:
  PlaceLock() = default;
  PlaceLock(PlaceLock&& other) noexcept;
  PlaceLock& operator=(PlaceLock&& other) noexcept;
  ~PlaceLock();

  // Fails with `conflict` while another process has it.
  static Result<PlaceLock> take(const std::filesystem::path& folder);

 private:
  explicit PlaceLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// Where backups lie, and what it needs to be used.
struct BackupPlace {
  std::unique_ptr<ObjectStore> store{};
  std::optional<PlaceLock> lock{};  // nothing: others may use the store, too
  std::function<Result<void>()> flush{};
};

// A folder, which is made where `may_create` says so. Fails with `not_found` without one, with
// `conflict` while another process uses it.
Result<BackupPlace> open_backup_place(const std::string& place, ThreadPool& pool, bool may_create);

// The rows of an existing data folder (`not_found` where there are none), or of a new one.
Result<std::unique_ptr<Database>> open_rows(const Config& config,
                                            const std::filesystem::path& folder, bool is_new);

// The objects of a data folder.
Result<std::unique_ptr<ObjectStore>> open_files(const std::filesystem::path& folder,
                                                ThreadPool& pool);

// The database that rows are moved into. Reads go where writes go: replicas would be late.
Result<std::unique_ptr<Database>> open_move_target(const std::string& url);

// Has everything on the file system of a folder survive the loss of power.
Result<void> flush_file_system(const std::filesystem::path& folder);

}  // namespace aiva::app
