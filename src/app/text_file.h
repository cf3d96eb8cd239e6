#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "foundation/result.h"

namespace aiva::app {

// The content of a file that a person named. Fails with `not_found` where it cannot be read, a
// folder's name too, and with `too_large` above `bytes_max`.
Result<std::string> read_text_file(const std::filesystem::path& path,
                                   std::size_t bytes_max = 1024 * 1024);

}  // namespace aiva::app
