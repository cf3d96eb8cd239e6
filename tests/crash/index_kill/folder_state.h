#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "load/made_passages.h"

namespace aiva::crash {

// Files below a folder by what they are.
struct FolderState {
  std::size_t segments = 0;
  std::size_t manifests = 0;
  std::size_t temporary = 0;
  std::size_t folders = 0;
  std::size_t others = 0;  // the lock
};
FolderState look_at(const std::filesystem::path& folder);

// Changes a bit of a file below the folder, cuts it, or takes it away; answers what was done, empty
// when there is no file. The lock is left alone.
std::string damage(const std::filesystem::path& folder, load::Random& random);

}  // namespace aiva::crash
