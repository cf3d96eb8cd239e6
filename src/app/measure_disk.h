#pragma once

#include <chrono>
#include <filesystem>

#include "foundation/result.h"

namespace aiva::app {

struct DiskSpeed {
  double write_mb_s = 0;      // in sequence, flushed at the end
  double read_mb_s = 0;       // in sequence
  double random_reads_s = 0;  // of 4 KiB, one after another
};

// Measures the disk of a folder with a file of at most 256 MB, each part for a third of `time` at
// most. Reads go past the page cache where the file system allows it (O_DIRECT). Fails with
// `unavailable`, also where less than 1 GB is free.
Result<DiskSpeed> measure_disk(const std::filesystem::path& folder,
                               std::chrono::duration<double> time);

struct CommitSpeed {
  double per_second = 0;  // of 32 writers
  double alone_ms = 0;    // of one
};

// How fast SQLite commits on the disk of a folder, each commit flushed; each part for half of
// `time`.
Result<CommitSpeed> measure_commits(const std::filesystem::path& folder,
                                    std::chrono::duration<double> time);

}  // namespace aiva::app
