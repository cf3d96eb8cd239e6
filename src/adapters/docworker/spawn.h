#pragma once

#include <sys/types.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "foundation/result.h"

namespace aiva {

// Starts a program without forking this process: with these descriptors from number 3 on, nothing
// to read, our standard error, no signal blocked, and of our environment nothing, since it may hold
// secrets. The caller waits for its end. Fails with `unavailable`.
Result<pid_t> spawn_program(const std::filesystem::path& program,
                            std::vector<std::string> arguments, std::span<const int> descriptors);

}  // namespace aiva
