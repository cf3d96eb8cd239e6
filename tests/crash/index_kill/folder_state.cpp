#include "crash/index_kill/folder_state.h"

#include <fstream>
#include <vector>

namespace aiva::crash {
namespace {

void flip_bit(const std::filesystem::path& path, std::uint64_t place, unsigned bit) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(place));
  auto byte = static_cast<unsigned>(file.get());
  file.seekp(static_cast<std::streamoff>(place));
  file.put(static_cast<char>(byte ^ 1U << bit));
}

}  // namespace

FolderState look_at(const std::filesystem::path& folder) {
  FolderState state;
  std::error_code code;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, code)) {
    const auto& path = entry.path();
    if (entry.is_directory())
      ++state.folders;
    else if (path.extension() == ".tmp")
      ++state.temporary;
    else if (path.extension() == ".segment")
      ++state.segments;
    else if (path.filename() == "manifest")
      ++state.manifests;
    else
      ++state.others;
  }
  return state;
}

std::string damage(const std::filesystem::path& folder, load::Random& random) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, code))
    if (entry.is_regular_file() && entry.path().filename() != "lock") files.push_back(entry.path());
  if (files.empty()) return {};
  const auto& path = files[random.below(files.size())];
  auto size = std::filesystem::file_size(path);
  auto name = path.filename().string();
  if (size == 0 || random.one_in(10)) {
    std::filesystem::remove(path);
    return name + " removed";
  }
  auto place = random.below(size);
  if (random.one_in(4)) {
    std::filesystem::resize_file(path, place);
    return name + " cut to " + std::to_string(place) + " of " + std::to_string(size);
  }
  flip_bit(path, place, static_cast<unsigned>(random.below(8)));
  return name + " changed at " + std::to_string(place) + " of " + std::to_string(size);
}

}  // namespace aiva::crash
