#include "app/object_access.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "adapters/local_files/local_object_store.h"
#include "app/object_parts.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "ports/clock.h"
#include "ports/http_client.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

// Nearly every object is read once.
constexpr std::uint64_t copies_bytes_max = 64 * 1024 * 1024;
constexpr std::chrono::milliseconds copies_kept_least{60'000};

// A folder for this user alone, which goes with this object.
class OwnFolder {
 public:
  OwnFolder() = default;
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  ~OwnFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

  Result<fs::path> make() {
    std::error_code error;
    auto pattern = (fs::temp_directory_path(error) / "aiva-objects-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr)
      return fail(ErrorCode::unavailable, "Cannot make the folder " + pattern,
                  std::strerror(errno));
    path_ = pattern;
    return path_;
  }

 private:
  fs::path path_;
};

}  // namespace

struct ObjectAccess::Lent {
  OwnFolder folder;
  SystemClock clock;
  Metrics metrics;
  std::unique_ptr<HttpClient> http;
};

ObjectAccess::ObjectAccess() = default;
ObjectAccess::ObjectAccess(ObjectAccess&& other) noexcept = default;
ObjectAccess::~ObjectAccess() = default;

ObjectAccess& ObjectAccess::operator=(ObjectAccess&& other) noexcept {
  std::swap(lent_, other.lent_);
  std::swap(store_, other.store_);
  return *this;
}

Result<ObjectAccess> ObjectAccess::of_folder(const fs::path& folder, ThreadPool& pool) {
  ObjectAccess access;
  TRY(access.store_, make_local_object_store(folder, pool));
  return access;
}

Result<ObjectAccess> ObjectAccess::of_bucket(const Config::Objects& objects,
                                             const BucketPlace& place, ThreadPool& pool) {
  ObjectAccess access;
  access.lent_ = std::make_unique<Lent>();
  auto& lent = *access.lent_;
  TRY(lent.http, make_object_http(objects));
  TRY(auto options, bucket_options(objects));
  options.bucket = place.bucket;
  options.prefix = place.prefix;
  options.encryption = encryption_of(place.encryption);
  options.master_key = place.master_key;
  TRY(options.folder, lent.folder.make());
  options.cache_bytes_max = copies_bytes_max;
  options.copies_kept_least = copies_kept_least;
  S3Parts parts{.http = *lent.http,
                .pool = pool,
                .pause = make_pause(),
                .clock = lent.clock,
                .metrics = lent.metrics};
  TRY(access.store_, make_s3_object_store(std::move(options), std::move(parts)));
  return access;
}

}  // namespace aiva::app
