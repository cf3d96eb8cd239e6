#pragma once

#include <functional>

#include "foundation/result.h"

namespace aiva::documents {

// Takes this process and those it forks from now on out of the system's network, users, mounts and
// processes, gives them an empty file system and takes its capabilities; as far as the system
// permits each, elsewhere the filter of each child has to do. Open files stay open.
void leave_namespaces();

// The same for a process that needs a file system: `furnish` makes it while there are capabilities.
// Fails, perhaps half way, where any of it is not permitted, or as `furnish` does.
Result<void> leave_namespaces_for(const std::function<Result<void>()>& furnish);

// Runs `serve` in a forked process, closes `control`, a socket of that process, in this one, and
// returns the exit code. The forked process is the first of a
// process namespace, where one was permitted, so that nothing it leaves behind outlives it, and it
// ends with this process.
int serve_in_own_process(int control, const std::function<int()>& serve);

}  // namespace aiva::documents
