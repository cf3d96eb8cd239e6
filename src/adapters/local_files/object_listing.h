#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "ports/object_store.h"

namespace aiva {

// When a file became an object: its inode's own time, which a put changes, while the content may be
// as old as it likes.
UnixMs put_time_of(const struct stat& status);

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
