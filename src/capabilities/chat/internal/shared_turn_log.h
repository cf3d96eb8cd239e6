#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "capabilities/chat/resumable.h"
#include "ports/cache.h"

namespace aiva::chat {

// A turn's events in the shared cache, in numbered batches, so that other processes can tell them.
struct SharedTurnKey {
  TenantId tenant{};
  ChatSessionId session{};
  MessageId turn{};
};

// The batch of that number, from 0; nothing when it was not written yet or is forgotten. Behind the
// last event of a turn stands one without a name.
Task<Result<std::optional<std::vector<StreamEvent>>>> read_shared_batch(CallContext context,
                                                                        Cache& cache,
                                                                        SharedTurnKey key,
                                                                        std::int64_t number);

// Says that a client hears the turn on this process; it counts for a while.
Task<void> note_listening(CallContext context, Cache& cache, SharedTurnKey key);
// Whether a client of any process said so lately; yes when the cache cannot be asked, since nobody
// can say so either.
Task<bool> is_listened_to(CallContext context, Cache& cache, SharedTurnKey key);

// Writes a turn's events in batches: at once what ends it, the rest every 100 ms. What the cache
// does not take is written again before what comes next.
class SharedTurnWriter {
 public:
  // The cache is borrowed; null: nothing is written.
  SharedTurnWriter(Cache* cache, SharedTurnKey key) : cache_(cache), key_(key) {}
  // The first failure is logged; too many batches that wait end the writing.
  Task<void> add(CallContext context, StreamEvent event, bool is_last);
  // Tries again to write what the cache did not take.
  Task<void> write(CallContext context);
  [[nodiscard]] bool is_behind() const { return cache_ != nullptr && !unwritten_.empty(); }

 private:
  Cache* cache_;
  SharedTurnKey key_;
  std::vector<StreamEvent> waiting_;
  std::deque<std::string> unwritten_;  // batches
  std::int64_t batches_ = 0;           // that are written
  bool has_failed_ = false;
  std::chrono::steady_clock::time_point written_at_{};
};

}  // namespace aiva::chat
