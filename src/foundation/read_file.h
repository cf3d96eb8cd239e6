#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "foundation/result.h"

namespace aiva {

// The whole content of a file. Fails with `not_found` where nothing has that name, `invalid` for a
// folder or anything else that is no file, `too_large` beyond `bytes_max`, else `unavailable`; the
// cause names the path. Blocks.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace aiva
