#include "adapters/local_files/object_listing.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

namespace aiva {
namespace {

namespace fs = std::filesystem;

constexpr int depth_max = 16;

// A folder's key ends in a slash, so that folders and files sort as their keys do.
struct Entry {
  std::string key;
  [[nodiscard]] bool is_folder() const { return key.ends_with('/'); }
};

std::vector<Entry> entries_of(const fs::path& folder, const std::string& key) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    auto name = key + at->path().filename().string();
    if (at->is_symlink(ignored)) continue;
    if (at->is_directory(ignored)) entries.push_back({name + "/"});
    if (at->is_regular_file(ignored)) entries.push_back({std::move(name)});
  }
  std::ranges::sort(entries, {}, &Entry::key);
  return entries;
}

class Walk {
 public:
  Walk(const fs::path& root, const ObjectListing& listing) : root_(root), listing_(listing) {}

  void visit(const std::string& folder_key, int depth) {
    if (depth > depth_max) return;
    for (const auto& entry : entries_of(root_ / folder_key, folder_key)) {
      if (found_.size() >= listing_.count_max) return;
      if (entry.is_folder() && may_hold_more(entry.key)) visit(entry.key, depth + 1);
      if (!entry.is_folder()) add(entry.key);
    }
  }
  std::vector<ObjectEntry> take() { return std::move(found_); }

 private:
  [[nodiscard]] bool may_hold_more(std::string_view folder_key) const {
    const auto& [prefix, after, count_max] = listing_;
    bool fits_prefix = folder_key.starts_with(prefix) || prefix.starts_with(folder_key);
    return fits_prefix && (folder_key > after || after.starts_with(folder_key));
  }

  void add(const std::string& key) {
    if (key <= listing_.after || !key.starts_with(listing_.prefix)) return;
    struct stat status{};
    if (::lstat((root_ / key).c_str(), &status) != 0) return;
    found_.push_back({.key = key,
                      .modified_at = put_time_of(status),
                      .size = static_cast<std::uint64_t>(status.st_size)});
  }

  const fs::path& root_;
  const ObjectListing& listing_;
  std::vector<ObjectEntry> found_;
};

}  // namespace

UnixMs put_time_of(const struct stat& status) {
  return UnixMs{status.st_ctim.tv_sec} * 1000 + status.st_ctim.tv_nsec / 1'000'000;
}

Result<std::vector<ObjectEntry>> list_objects(const fs::path& root, const ObjectListing& listing) {
  Walk walk(root, listing);
  walk.visit("", 0);
  return walk.take();
}

}  // namespace aiva
