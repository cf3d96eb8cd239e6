#include "app/backup_place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "foundation/crypto.h"
#include "ports/object_store.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "backup.lock";
constexpr std::string_view s3_scheme = "s3://";
constexpr std::size_t master_key_bytes = 32;

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(ErrorCode::unavailable, "Cannot make " + folder.string(), error.message());
  fs::permissions(folder, fs::perms::owner_all, error);
  return {};
}

Result<BucketPlace> read_bucket(std::string_view place) {
  place.remove_prefix(s3_scheme.size());
  auto slash = std::min(place.find('/'), place.size());
  BucketPlace bucket{.bucket = std::string(place.substr(0, slash))};
  auto prefix = place.substr(std::min(slash + 1, place.size()));
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (bucket.bucket.empty() || !(prefix.empty() || check_object_key(prefix)))
    return fail(ErrorCode::invalid,
                "A place in S3 is s3://BUCKET or s3://BUCKET/PREFIX, its prefix of parts of "
                "[a-z0-9_.-]");
  if (!prefix.empty()) bucket.prefix = std::string(prefix) + "/";
  return bucket;
}

// Else backups would be backed up, and objects taken for chunks.
Result<void> check_apart(const Config::Objects& objects, const BucketPlace& place) {
  bool is_apart =
      objects.store != "s3" || objects.bucket != place.bucket ||
      (!objects.prefix.starts_with(place.prefix) && !place.prefix.starts_with(objects.prefix));
  if (is_apart) return {};
  return fail(ErrorCode::conflict,
              "The objects of the installation lie in that part of the bucket " + place.bucket +
                  ". Name another bucket or prefix");
}

// For stores in which nothing is sealed.
std::string no_key() {
  std::string key(master_key_bytes, '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
  return key;
}

}  // namespace

PlaceLock::PlaceLock(PlaceLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

PlaceLock& PlaceLock::operator=(PlaceLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

PlaceLock::~PlaceLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<PlaceLock> PlaceLock::take(const fs::path& folder) {
  auto file = folder / lock_name;
  PlaceLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.descriptor_ < 0)
    return fail(ErrorCode::unavailable, "Cannot open " + file.string(), std::strerror(errno));
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::conflict, "Another process uses the backups in " + folder.string());
  return lock;
}

Result<BackupPlace> open_backup_place(const Config& config, const std::string& place,
                                      ThreadPool& pool, bool may_create) {
  BackupPlace opened;
  if (place.starts_with(s3_scheme)) {
    TRY(auto bucket, read_bucket(place));
    TRY_VOID(check_apart(config.objects, bucket));
    bucket.encryption = config.objects.encryption == "sealed" ? "none" : config.objects.encryption;
    bucket.master_key = no_key();
    TRY(opened.objects, ObjectAccess::of_bucket(config.objects, bucket, pool));
    return opened;
  }
  std::error_code error;
  auto folder = fs::absolute(place, error);
  if (!fs::is_directory(folder, error)) {
    if (!may_create) return fail(ErrorCode::not_found, "There is no folder " + folder.string());
    TRY_VOID(make_folder(folder));
  }
  TRY(opened.lock, PlaceLock::take(folder));
  TRY(opened.objects, ObjectAccess::of_folder(folder, pool));
  opened.flush = [folder] { return flush_file_system(folder); };
  return opened;
}

Result<ObjectAccess> open_files(const Config& config, const fs::path& folder,
                                const std::string& master_key, ThreadPool& pool) {
  const auto& objects = config.objects;
  if (objects.store != "s3") return ObjectAccess::of_folder(folder / "files", pool);
  if (objects.encryption == "sealed" && master_key.empty())
    return fail(ErrorCode::invalid, "The objects are sealed with a master key that is not there");
  return ObjectAccess::of_bucket(objects,
                                 {.bucket = objects.bucket,
                                  .prefix = objects.prefix,
                                  .encryption = objects.encryption,
                                  .master_key = master_key.empty() ? no_key() : master_key},
                                 pool);
}

Result<void> flush_file_system(const fs::path& folder) {
  int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool is_flushed = descriptor >= 0 && ::syncfs(descriptor) == 0;
  int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (is_flushed) return {};
  return fail(ErrorCode::unavailable, "Cannot flush " + folder.string(), std::strerror(number));
}

}  // namespace aiva::app
