#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"

namespace aiva {

// One object as a listing tells it.
struct ObjectEntry {
  std::string key;
  UnixMs modified_at = 0;  // when it was put
  std::uint64_t size = 0;  // bytes as they are stored: a little more where the store encrypts them
};

// What is known of an object without reading it.
struct ObjectInfo {
  std::uint64_t size = 0;  // of what was put
  UnixMs modified_at = 0;
};

// Bytes of an object from `offset` on.
struct ByteRange {
  std::uint64_t offset = 0;
  std::size_t size = 0;
};
inline constexpr std::size_t range_bytes_max = 64 * 1024 * 1024;

// A URL that lets whoever holds it do one thing with one object, without AIVA in between.
struct ObjectLink {
  std::string method;  // GET or PUT
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // to be sent along, as they are
};

// Of a link to an object: how long it works, and what the answer says the object is.
struct DownloadLink {
  std::chrono::seconds life{300};  // at most a week
  std::string file_name{};         // under which a browser saves it; empty: shown in place
  std::string media_type{};
};

// Says `invalid` unless `key` is a key: parts of [a-z0-9_.-] joined by single slashes, none of them
// `.` or `..`, at most 512 bytes in all and 255 in a part.
Result<void> check_object_key(std::string_view key);

// Files by key, e.g. `documents/<tenant>/<document>`; of other keys than check_object_key allows
// every call says `invalid`.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // A folder on the store's own disk (or a temporary one) where put_file is a rename.
  [[nodiscard]] virtual std::filesystem::path staging_folder() const = 0;
  // Moves a finished local file into the store; when the task completes the object survives the end
  // of this process. Replaces an object of that key atomically.
  virtual Task<Result<void>> put_file(CallContext context, std::string key,
                                      std::filesystem::path file) = 0;
  // A local readable copy of the object (the object itself where the store is a folder);
  // `not_found`.
  virtual Task<Result<std::filesystem::path>> local_copy(CallContext context, std::string key) = 0;
  // `not_found`.
  virtual Task<Result<ObjectInfo>> describe(CallContext context, std::string key) = 0;
  // Some bytes of the object: fewer where it ends, none behind its end. `not_found`; `too_large`
  // beyond range_bytes_max.
  virtual Task<Result<std::string>> read(CallContext context, std::string key, ByteRange range) = 0;
  // Removes the object; success when it was not there.
  virtual Task<Result<void>> remove(CallContext context, std::string key) = 0;
  // Up to `count_max` objects whose keys start with `prefix` and come after `after`, in the order
  // of their keys; for finding files that no row names. Empty where a store cannot list.
  virtual Task<Result<std::vector<ObjectEntry>>> list(CallContext context, std::string prefix,
                                                      std::string after, std::size_t count_max) {
    (void)context, (void)prefix, (void)after, (void)count_max;
    co_return std::vector<ObjectEntry>();
  }
  // A link to read the object, which need not exist. Nothing where the store gives none: a folder,
  // or objects that only this program can decrypt.
  virtual Result<std::optional<ObjectLink>> download_link(const std::string& key,
                                                          const DownloadLink& wanted) {
    (void)key, (void)wanted;
    return std::optional<ObjectLink>();
  }
  // The same to put an object of exactly `size` bytes.
  virtual Result<std::optional<ObjectLink>> upload_link(const std::string& key,
                                                        std::chrono::seconds life,
                                                        std::uint64_t size) {
    (void)key, (void)life, (void)size;
    return std::optional<ObjectLink>();
  }
  // Takes away what puts that never ended left in the store a day ago or earlier; says how many.
  virtual Task<Result<std::int64_t>> remove_unfinished(CallContext context) {
    (void)context;
    co_return std::int64_t{0};
  }
  // Whether the store can be written now, for readiness.
  virtual Task<Result<void>> check(CallContext context) = 0;
};

}  // namespace aiva
