#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "ports/object_store.h"

namespace aiva {

struct ObjectListing {
  std::string prefix{};
  std::string after{};
  std::size_t count_max = 1000;
};

// The objects below `root` as ObjectStore::list promises them; `modified_at` is when the object was
// put. What vanishes meanwhile is left out.
Result<std::vector<ObjectEntry>> list_objects(const std::filesystem::path& root,
                                              const ObjectListing& listing);

}  // namespace aiva
