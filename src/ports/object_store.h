#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
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
};

// Files by key, e.g. `documents/<tenant>/<document>`. Keys are [a-z0-9/_.-], no `..`, ≤ 512 bytes.
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
  // Removes the object; success when it was not there.
  virtual Task<Result<void>> remove(CallContext context, std::string key) = 0;
  // Up to `count_max` objects whose keys start with `prefix` and come after `after`, in the order
  // of their keys; for finding files that no row names. Empty where a store cannot list.
  virtual Task<Result<std::vector<ObjectEntry>>> list(CallContext context, std::string prefix,
                                                      std::string after, std::size_t count_max) {
    (void)context, (void)prefix, (void)after, (void)count_max;
    co_return std::vector<ObjectEntry>();
  }
  // Whether the store can be written now, for readiness.
  virtual Task<Result<void>> check(CallContext context) = 0;
};

}  // namespace aiva
