#pragma once

#include <filesystem>
#include <string_view>

#include "foundation/error.h"

namespace aiva {

// A failed system call (errno `number`) as an error of ours. A full or unwritable disk is
// `unavailable`, told apart by its message, since callers may refuse work until there is space.
Error file_error(int number, std::string_view action, const std::filesystem::path& path);

}  // namespace aiva
