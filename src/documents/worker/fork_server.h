#pragma once

#include "documents/worker/child.h"

namespace aiva::documents {

// Waits for requests on the `control` socket and forks a child for each, so that no byte of one
// document is ever in a process that reads another. Ends a child when its leash is let go, tells
// how each ended, and returns the exit code when the server closes `control`; its children end
// then.
int serve_requests(int control, const ChildParts& parts);

}  // namespace aiva::documents
