#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "app/config.h"
#include "app/object_access.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"

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
  ObjectAccess objects{};
  std::optional<PlaceLock> lock{};  // nothing: others may use the store, too
  std::function<Result<void>()> flush{};
};

// A folder, which is made where `may_create` says so, or s3://BUCKET[/PREFIX] by the endpoint and
// keys of [objects]. Fails with `not_found` without a folder, with `conflict` while another process
// uses it or where the installation's own objects lie in that part of the bucket.
Result<BackupPlace> open_backup_place(const Config& config, const std::string& place,
                                      ThreadPool& pool, bool may_create);

// The objects of an installation: in its data folder, or in the bucket of the configuration, where
// `master_key` (32 bytes or empty) opens what is sealed.
Result<ObjectAccess> open_files(const Config& config, const std::filesystem::path& folder,
                                const std::string& master_key, ThreadPool& pool);

// Has everything on the file system of a folder survive the loss of power.
Result<void> flush_file_system(const std::filesystem::path& folder);

}  // namespace aiva::app
