#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

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
  // A local readable copy of the object (the object itself where the store is a folder); `not_found`.
  virtual Task<Result<std::filesystem::path>> local_copy(CallContext context, std::string key) = 0;
  // Removes the object; success when it was not there.
  virtual Task<Result<void>> remove(CallContext context, std::string key) = 0;
  // Whether the store can be written now, for readiness.
  virtual Task<Result<void>> check(CallContext context) = 0;
};

}  // namespace aiva
