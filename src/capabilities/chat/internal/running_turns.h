#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "capabilities/chat/internal/turn_journal.h"
#include "foundation/ids.h"
#include "foundation/pause.h"
#include "foundation/task.h"

namespace aiva::chat {

// The turns this process runs: they can be told to stop, and their leases are renewed. Any thread.
class RunningTurns {
 public:
  // The journal is borrowed; without a pause leases are not renewed.
  RunningTurns(TurnJournal& journal, Pause pause, std::chrono::milliseconds period)
      : journal_(journal), pause_(std::move(pause)), period_(period) {}
  RunningTurns(const RunningTurns&) = delete;
  RunningTurns& operator=(const RunningTurns&) = delete;
  // Waits until nothing renews any more.
  ~RunningTurns();

  // A turn that runs until this is gone.
  class Place {
   public:
    Place(RunningTurns& turns, MessageId turn, std::stop_token outer);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();
    // Stops when the caller's does, or when the turn is cancelled.
    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

   private:
    RunningTurns& turns_;
    MessageId turn_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_outer_stop_;
  };

  // Tells a turn to stop; false when it does not run here.
  bool stop(MessageId turn);

 private:
  void begin_renewing();
  Task<void> renew_until_idle();
  std::vector<MessageId> ids();

  TurnJournal& journal_;
  Pause pause_;
  std::chrono::milliseconds period_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::map<MessageId, std::stop_source> turns_;
  bool is_renewing_ = false;
};

}  // namespace aiva::chat
