#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// The entries of the archive's central directory, in its order. Fails with `invalid` where there is
// none or entries lie over each other, with `too_large` where there are more than `entries_max`.
Result<std::vector<ZipEntry>> read_zip_directory(std::string_view bytes, std::size_t entries_max);

// The name of an entry as one may use it: UTF-8, "/" between folders, never absolute, without "."
// and "..", drive letters and control characters, at most 1024 bytes; may become empty.
std::string sanitise_entry_name(std::string_view name);

}  // namespace aiva::documents
