#pragma once

#include "documents/worker/sandbox.h"

namespace aiva::documents {

// Tries in confined children what a hijacked reader would try (open, create, connect, fork,
// execute, signal, allocate, map executable memory), prints one line for each, and returns 0 when
// all of it was refused.
int check_confinement(const SystemCallFilter& filter);

}  // namespace aiva::documents
