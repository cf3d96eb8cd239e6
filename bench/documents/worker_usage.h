#pragma once

namespace aiva::documents {

// What the processes started by this one, and by those, have used.
struct WorkerUsage {
  long peak_memory_mb = 0;  // of the largest
  double cpu_seconds = 0;   // of the one that computed longest
};

// Looks at the processes that run now. Children of a worker leave nothing to wait for, so that this
// is asked while they read.
WorkerUsage look_at_workers();

}  // namespace aiva::documents
