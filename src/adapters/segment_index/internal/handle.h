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
// retired meanwhile: then it still answers, but takes no changes and nothing of it is written.
struct Handle {
  KnowledgeBaseId base{};
  std::unique_ptr<retrieval::Collection> collection;
  std::atomic<std::int64_t> used_at = 0;     // counts uses of all handles
  std::atomic<std::int64_t> changed_at = 0;  // steady milliseconds of the last change
  std::atomic<int> changes = 0;              // that are being made; -1: none may begin
  std::atomic<bool> is_queued = false;       // for upkeep
  std::mutex writing;                        // over upkeep and retirement
  bool is_retired = false;                   // under `writing`

  // It is not closed under a change that is being made, and none begins when it is closed.
  bool begin_change() {
    auto count = changes.load();
    while (count >= 0)
      if (changes.compare_exchange_weak(count, count + 1)) return true;
    return false;
  }
  void end_change() { --changes; }
  [[nodiscard]] bool is_changing() const { return changes > 0; }
  bool refuse_changes() {
    int none = 0;
    return changes.compare_exchange_strong(none, -1);
  }
  void allow_changes() { changes = 0; }
};

using HandlePointer = std::shared_ptr<Handle>;  // outlives its place in the table

}  // namespace aiva::segment_index
