#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/config.h"
#include "app/data_folder.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::app {

// Where backups lie, and what it needs to be used.
struct BackupPlace {
  std::unique_ptr<ObjectStore> store{};
  std::optional<FolderLock> lock{};  // of a folder: nobody else writes or reads there
  std::function<Result<void>()> flush{};
};

// A folder, which is made where `may_create` says so. Fails with `not_found` without one, with
// `conflict` while another process uses it.
Result<BackupPlace> open_backup_place(const std::string& place, ThreadPool& pool, bool may_create);

// The rows of an existing data folder (`not_found` where there are none), or of a new one.
Result<std::unique_ptr<Database>> open_rows(const Config& config,
                                            const std::filesystem::path& folder, bool is_new);

// Has everything on the file system of a folder survive the loss of power.
Result<void> flush_file_system(const std::filesystem::path& folder);

}  // namespace aiva::app
