#include "app/scratch_folder.h"

#include <system_error>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

void remove_abandoned(const fs::path& root) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root, error)) {
    auto lock = ServeLock::try_take(entry.path());
    std::error_code ignored;
    if (lock && lock->has_value()) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

Result<ScratchFolder> ScratchFolder::make(const fs::path& data_folder) {
  auto root = data_folder / "scratch";
  auto path = root / random_token(8);
  std::error_code error;
  fs::create_directories(root, error);
  if (!error) fs::create_directory(path, error);
  if (error)
    return fail(ErrorCode::unavailable, "Cannot make the folder " + path.string(), error.message());
  TRY(auto lock, ServeLock::try_take(path));
  if (!lock) return fail(ErrorCode::conflict, "Another process uses the folder " + path.string());
  remove_abandoned(root);
  return ScratchFolder(std::move(path), std::move(*lock));
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

ScratchFolder::~ScratchFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  fs::remove(path_.parent_path(), ignored);  // unless somebody else has one in it
}

}  // namespace aiva::app
