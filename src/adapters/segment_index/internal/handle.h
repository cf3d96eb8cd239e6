#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "ports/passage_index.h"
#include "retrieval/collections/collection.h"

namespace aiva::segment_index {

// The open index of one knowledge base. Searches and changes hold it while they run; it may be
// retired meanwhile: then it still answers, but nothing of it is written any more.
struct Handle {
  KnowledgeBaseId base{};
  std::filesystem::path folder{};  // empty: on the heap only
  std::unique_ptr<retrieval::Collection> collection;
  std::atomic<std::int64_t> used_at = 0;     // counts uses of all handles
  std::atomic<std::int64_t> changed_at = 0;  // steady milliseconds of the last change
  std::atomic<bool> is_queued = false;       // for upkeep
  std::mutex writing;                        // over upkeep and retirement
  bool is_retired = false;                   // under `writing`
};

using HandlePointer = std::shared_ptr<Handle>;  // outlives its place in the table

}  // namespace aiva::segment_index
