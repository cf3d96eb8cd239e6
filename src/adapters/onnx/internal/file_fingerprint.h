#pragma once

#include <filesystem>
#include <string>

#include "foundation/result.h"

namespace aiva {

// The first twelve digits of the SHA-256 of a file; `unavailable` when it cannot be read.
Result<std::string> fingerprint_of(const std::filesystem::path& path);

}  // namespace aiva
