#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/passage_index.h"

namespace aiva {

struct SegmentIndexOptions {
  // Where indexes are kept between starts; empty: nowhere. The first process that opens it writes,
  // others read what it wrote and keep what is newer to themselves.
  std::filesystem::path folder{};
  // What all open indexes may keep in memory together; beyond it those used longest ago are closed.
  std::size_t resident_bytes_max = 2UL * 1024 * 1024 * 1024;
  std::size_t heap_rows_max = 4096;   // rows of a knowledge base that wait to be written together
  std::size_t batch_rows_max = 8192;  // of one change that become a file at once
  ThreadPool* compute = nullptr;      // borrowed; searches too long for an event loop run there
};

// The index of this process: segments of quantised vectors and keyword lists (retrieval/), on the
// heap while they are new, then in mapped files. A search takes no lock while it computes and sees
// one version from its start to its end. Fails with `unavailable` when the folder cannot be used.
// The destructor writes what is only on the heap.
Result<std::unique_ptr<PassageIndex>> make_segment_index(SegmentIndexOptions options,
                                                         Metrics& metrics);

}  // namespace aiva
