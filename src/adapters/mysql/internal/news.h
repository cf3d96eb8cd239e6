#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "adapters/mysql/internal/positions.h"
#include "foundation/ids.h"
#include "ports/signals.h"

namespace aiva::mysql {

// What other processes committed lately, by tenant. It is forgotten when every replica that is read
// from has it. Any thread.
class HeardPositions {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // What a reader has to find at a replica.
  struct Wanted {
    bool is_unknown = false;  // only the primary surely has it
    std::string text{};       // as a replica is asked for it; empty: nothing
  };

  explicit HeardPositions(std::chrono::milliseconds kept) : kept_(kept) {}

  // A nil tenant: it concerns all.
  void note(TenantId tenant, std::string_view transaction, Instant now);
  // Something was committed, and nobody knows what.
  void note_unknown(Instant now);
  [[nodiscard]] Wanted wanted(TenantId tenant, Instant now) const;

 private:
  struct Entry {
    Streams streams;
    Instant until;
  };

  std::chrono::milliseconds kept_;
  mutable std::mutex mutex_;
  std::unordered_map<TenantId, Entry> entries_;
  Instant unknown_until_{};
};

// Tells the other processes what this one commits, and hears of theirs. Lost news make reads no
// older than replicas are. `signals` is borrowed.
class News {
 public:
  News(Signals& signals, std::chrono::milliseconds kept);

  // To be called before the caller of the write hears of its end; never waits.
  void tell(TenantId tenant, const std::string& transaction);
  [[nodiscard]] HeardPositions::Wanted wanted(TenantId tenant) const;

 private:
  void hear(std::string_view payload);

  Signals& signals_;
  std::string own_;  // begins what this process tells
  HeardPositions heard_;
  std::unique_ptr<Signals::Subscription> hearing_;  // the first to go
};

}  // namespace aiva::mysql
