#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/config.h"
#include "foundation/result.h"

namespace aiva::app {

// The right to work on the queue of a data folder, alone or with others who share it, held by a
// lock on a file in it. The system frees it when the process ends, however it ends.
class ServeLock {
 public:
  ServeLock() = default;
  ServeLock(ServeLock&& other) noexcept;
  ServeLock& operator=(ServeLock&& other) noexcept;
  ~ServeLock();

  // The lock, or nothing while another process holds it.
  static Result<std::optional<ServeLock>> try_take(const std::filesystem::path& folder);
  // The same beside others who share it.
  static Result<std::optional<ServeLock>> try_share(const std::filesystem::path& folder);

 private:
  friend class BesideLock;
  explicit ServeLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// Held by processes that serve a data folder without the lock above: who serves it alone can tell
// whether any of them lives.
class BesideLock {
 public:
  // Waits while somebody cleans up after the dead.
  static Result<ServeLock> share(const std::filesystem::path& folder);
  // The lock, or nothing while such a process lives. None starts while it is held.
  static Result<std::optional<ServeLock>> try_take(const std::filesystem::path& folder);
};

// Makes the data folder, for this user only.
Result<std::filesystem::path> prepare_data_folder(const Config& config);

// The 32 bytes that encrypt secrets at rest: the configured ones, else those of `master.key` in the
// folder, which is made at the first start with mode 0600.
Result<std::string> load_master_key(const Config& config, const std::filesystem::path& folder);

}  // namespace aiva::app
