#pragma once

#include <filesystem>
#include <optional>

#include "app/data_folder.h"
#include "foundation/result.h"

namespace aiva::app {

// A folder within the data folder, and so on its disk, that goes with this object. What a killed
// process left behind goes when the next one is made.
class ScratchFolder {
 public:
  static Result<ScratchFolder> make(const std::filesystem::path& data_folder);
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  ScratchFolder(std::filesystem::path path, ServeLock lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;  // empty: moved from
  ServeLock lock_;              // tells that somebody uses the folder
};

}  // namespace aiva::app
