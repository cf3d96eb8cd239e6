#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "foundation/span.h"
#include "foundation/trace_recording.h"

namespace aiva {

struct TracerOptions {
  double sample_ratio = 0;            // of the traces that begin here, 0 … 1
  std::chrono::milliseconds slow{0};  // what takes longer is kept; 0: nothing is
  bool is_exported = false;           // false: only what is slow is of use
  std::size_t running_max = 10'000;   // recordings at a time; work beyond is not recorded
  std::size_t spare_max = 256;        // recordings kept for the next ones
};

// What somebody does with a trace that is over: quick, and on the thread on which it ended.
using TraceListener = std::function<void(RecordedTrace&)>;

// Decides which work is recorded, and hands out what was. Any thread.
class Tracer {
 public:
  explicit Tracer(TracerOptions options = {});
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // Who hears of traces that are sampled or slow, in this order; before anything is recorded.
  void tell(TraceListener listener);
  // Nobody hears of anything any more: what the listeners borrow may go.
  void silence();

  // Whether a trace that begins here is sampled: by its id, so that all processes decide alike.
  [[nodiscard]] bool samples(const TraceContext& trace) const;

  struct Work {
    std::string_view name;
    SpanKind kind = SpanKind::internal;
    bool is_own = false;       // no other process has a part of the trace that came before
    bool may_be_slow = false;  // somebody waits for it, so that slowness is told
  };
  // Begins a piece of work of the trace `trace` names, which `trace` then is the first step of; its
  // parent is the span `trace` named. Inert where neither sampling nor slowness may ask for it.
  [[nodiscard]] Span begin(TraceContext& trace, const Work& work);
  // The limit of slowness; 0: none.
  [[nodiscard]] std::chrono::milliseconds slow() const;

 private:
  // Shared with recordings, which may end later.
  std::shared_ptr<TracerCore> core_;
};

// A new trace, sampled as the tracer decides.
TraceContext new_trace(const Tracer& tracer);

}  // namespace aiva
