#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "foundation/tracer.h"

namespace aiva {

// What a Tracer and its recordings share. Any thread.
class TracerCore : public std::enable_shared_from_this<TracerCore> {
 public:
  explicit TracerCore(TracerOptions options);

  void tell(TraceListener listener);
  void silence();
  [[nodiscard]] bool has_listeners() const;
  [[nodiscard]] const TracerOptions& options() const { return options_; }

  // A recording with one holder; null when too many run.
  TraceRecording* lend();
  // Takes back what nobody holds any longer.
  void take_back(TraceRecording& recording) noexcept;
  SpanId next_span_id();

 private:
  void hand_out(RecordedTrace& trace);

  TracerOptions options_;
  std::uint64_t seed_ = 0;
  std::atomic<std::uint64_t> last_id_ = 0;
  std::atomic<std::size_t> running_ = 0;
  std::mutex listening_;  // held while listeners hear, so that silence() means silence
  std::vector<TraceListener> listeners_;
  std::atomic<bool> has_listeners_ = false;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TraceRecording>> spare_;
};

}  // namespace aiva
