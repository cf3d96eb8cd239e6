#include "adapters/s3/internal/local_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "foundation/crypto.h"
#include "foundation/file_error.h"
#include "foundation/ids.h"

namespace aiva::s3 {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view part_prefix = "part-";
constexpr std::chrono::hours part_age_max{1};  // another process may be writing younger ones
constexpr std::size_t name_digits = 40;        // of a key's hash
constexpr std::size_t etag_bytes_max = 90;

std::string name_of(const std::string& key) { return to_hex(sha256(key)).substr(0, name_digits); }

std::string as_hex(std::string_view text) {
  return to_hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    out += static_cast<char>(value);
  }
  return out;
}

// Name of the key, bytes, entity tag: 0f…-1234-2261…
std::string file_name(const std::string& name, std::uint64_t size, const std::string& etag) {
  return name + "-" + std::to_string(size) + "-" + as_hex(etag);
}

}  // namespace

Result<std::unique_ptr<LocalCache>> LocalCache::open(fs::path folder, Limits limits, Gauge& bytes) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || ::chmod(folder.c_str(), 0700) != 0)
    return fail(file_error(error ? error.value() : errno, "create", folder));
  std::unique_ptr<LocalCache> cache(new LocalCache(std::move(folder), limits, bytes));
  TRY_VOID(cache->scan());
  return cache;
}

Result<void> LocalCache::scan() {
  struct Found {
    Entry entry;
    fs::file_time_type used_at;
  };
  std::vector<Found> found;
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    auto file = at->path().filename().string();
    auto second = file.find('-', name_digits + 1);
    Entry entry{.name = file.substr(0, name_digits), .etag = {}, .path = at->path()};
    std::error_code ignored;
    entry.size = at->file_size(ignored);
    if (second != std::string::npos)
      entry.etag = from_hex(std::string_view(file).substr(second + 1));
    if (file == file_name(entry.name, entry.size, entry.etag))
      found.push_back({std::move(entry), at->last_write_time(ignored)});
    else if (fs::file_time_type::clock::now() - at->last_write_time(ignored) > part_age_max)
      leftovers.push_back(at->path());
  }
  if (error) return fail(file_error(error.value(), "read", folder_));
  for (const auto& path : leftovers) fs::remove(path, error);
  std::ranges::sort(found, {}, &Found::used_at);
  std::lock_guard lock(mutex_);
  for (auto& [entry, used_at] : found) add(std::move(entry));
  make_room();
  return {};
}

std::optional<LocalCache::Copy> LocalCache::find(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = by_name_.find(name_of(key));
  if (found == by_name_.end()) return std::nullopt;
  auto entry = found->second;
  // Its time tells a later process when it was used; setting it shows that it is still there.
  if (::utimensat(AT_FDCWD, entry->path.c_str(), nullptr, 0) != 0) {
    remove(entry);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return Copy{.path = entry->path, .etag = entry->etag};
}

fs::path LocalCache::new_part() const {
  return folder_ / (std::string(part_prefix) + Uuid::make().to_string());
}

Result<fs::path> LocalCache::adopt(const std::string& key, const std::string& etag,
                                   const fs::path& file) {
  std::error_code error;
  auto kept_etag = etag.size() <= etag_bytes_max ? etag : std::string();
  Entry entry{
      .name = name_of(key), .etag = kept_etag, .path = {}, .size = fs::file_size(file, error)};
  if (error) return fail(file_error(error.value(), "look at", file));
  entry.path = folder_ / file_name(entry.name, entry.size, entry.etag);
  fs::rename(file, entry.path, error);
  if (error == std::errc::cross_device_link) {
    auto part = new_part();
    fs::copy_file(file, part, error);
    if (!error) fs::rename(part, entry.path, error);
    std::error_code ignored;
    fs::remove(error ? part : file, ignored);
  }
  if (error) return fail(file_error(error.value(), "keep", entry.path));
  auto path = entry.path;
  ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  std::lock_guard lock(mutex_);
  add(std::move(entry));
  make_room();
  return path;
}

void LocalCache::forget(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = by_name_.find(name_of(key));
  if (found != by_name_.end()) remove(found->second);
}

void LocalCache::add(Entry entry) {
  auto found = by_name_.find(entry.name);
  if (found != by_name_.end()) {
    auto before = found->second;
    by_name_.erase(found);
    if (before->path == entry.path) {
      bytes_ -= before->size;
      entries_.erase(before);
    } else {
      old_.splice(old_.begin(), entries_, before);
    }
  }
  bytes_ += entry.size;
  entries_.push_front(std::move(entry));
  by_name_[entries_.front().name] = entries_.begin();
  bytes_gauge_.set(static_cast<double>(bytes_));
}

void LocalCache::remove(Entries::iterator entry) {
  std::error_code ignored;
  fs::remove(entry->path, ignored);
  bytes_ -= entry->size;
  by_name_.erase(entry->name);
  entries_.erase(entry);
  bytes_gauge_.set(static_cast<double>(bytes_));
}

bool LocalCache::is_free(const Entry& entry) const {
  std::error_code error;
  auto used_at = fs::last_write_time(entry.path, error);
  return error || fs::file_time_type::clock::now() - used_at >= limits_.kept_least;
}

void LocalCache::make_room() {
  for (auto entry = old_.begin(); entry != old_.end();) {
    if (!is_free(*entry)) {
      ++entry;
      continue;
    }
    // Its bytes may have become the current copy again.
    auto current = by_name_.find(entry->name);
    std::error_code ignored;
    if (current == by_name_.end() || current->second->path != entry->path)
      fs::remove(entry->path, ignored);
    bytes_ -= entry->size;
    entry = old_.erase(entry);
  }
  while (bytes_ > limits_.bytes_max && !entries_.empty() && is_free(entries_.back()))
    remove(std::prev(entries_.end()));
  bytes_gauge_.set(static_cast<double>(bytes_));
}

}  // namespace aiva::s3
