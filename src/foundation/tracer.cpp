#include "foundation/tracer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/tracer_core.h"

namespace aiva {
namespace {

constexpr std::size_t spans_reserved = 16;
constexpr std::size_t attributes_reserved = 32;
constexpr std::size_t text_reserved = 512;
// What a recording has beyond is given back before it is used again.
constexpr std::size_t spans_kept = 64;
constexpr std::size_t text_bytes_kept = 8 * 1024;

// SplitMix64 (Steele, Lea, Flood 2014): a bijection, so that no two numbers give the same id.
std::uint64_t mix(std::uint64_t number) {
  number += 0x9E37'79B9'7F4A'7C15;
  number = (number ^ (number >> 30)) * 0xBF58'476D'1CE4'E5B9;
  number = (number ^ (number >> 27)) * 0x94D0'49BB'1331'11EB;
  return number ^ (number >> 31);
}

std::int64_t unix_ns_now() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

void forget(RecordedTrace& trace) {
  trace.spans.clear();
  trace.attributes.clear();
  trace.text.clear();
  if (trace.spans.capacity() > spans_kept) trace.spans = {};
  if (trace.attributes.capacity() > 4 * spans_kept) trace.attributes = {};
  if (trace.text.capacity() > text_bytes_kept) trace.text = {};
  trace.dropped = 0;
  trace.is_slow = false;
}

}  // namespace

TracerCore::TracerCore(TracerOptions options) : options_(options) {
  std::array<std::uint8_t, sizeof seed_> bytes{};
  random_bytes(bytes);
  std::memcpy(&seed_, bytes.data(), bytes.size());
}

void TracerCore::tell(TraceListener listener) {
  std::lock_guard lock(listening_);
  listeners_.push_back(std::move(listener));
  has_listeners_ = true;
}

void TracerCore::silence() {
  std::lock_guard lock(listening_);
  listeners_.clear();
  has_listeners_ = false;
}

bool TracerCore::has_listeners() const { return has_listeners_.load(std::memory_order_relaxed); }

SpanId TracerCore::next_span_id() {
  auto number = mix(seed_ + last_id_.fetch_add(1, std::memory_order_relaxed));
  if (number == 0) number = 1;
  SpanId id{};
  std::memcpy(id.data(), &number, id.size());
  return id;
}

TraceRecording* TracerCore::lend() {
  if (running_.fetch_add(1, std::memory_order_relaxed) >= options_.running_max) {
    running_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
  std::unique_ptr<TraceRecording> recording;
  {
    std::lock_guard lock(mutex_);
    if (!spare_.empty()) {
      recording = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  if (!recording) recording = std::make_unique<TraceRecording>(nullptr);
  recording->core_ = shared_from_this();
  recording->holders_.store(1, std::memory_order_relaxed);
  auto& trace = recording->trace_;
  if (trace.spans.capacity() == 0) trace.spans.reserve(spans_reserved);
  if (trace.attributes.capacity() == 0) trace.attributes.reserve(attributes_reserved);
  if (trace.text.capacity() < text_reserved) trace.text.reserve(text_reserved);
  return recording.release();
}

void TracerCore::take_back(TraceRecording& recording) noexcept {
  std::unique_ptr<TraceRecording> owned(&recording);
  running_.fetch_sub(1, std::memory_order_relaxed);
  auto& trace = owned->trace_;
  bool is_kept = trace.is_slow || (trace.is_sampled && options_.is_exported);
  if (is_kept && !trace.spans.empty()) hand_out(trace);
  forget(trace);
  owned->core_.reset();
  std::lock_guard lock(mutex_);
  if (spare_.size() < options_.spare_max) spare_.push_back(std::move(owned));
}

void TracerCore::hand_out(RecordedTrace& trace) {
  std::lock_guard lock(listening_);
  for (const auto& listener : listeners_) listener(trace);
}

Tracer::Tracer(TracerOptions options) : core_(std::make_shared<TracerCore>(options)) {}

Tracer::~Tracer() { core_->silence(); }

void Tracer::tell(TraceListener listener) { core_->tell(std::move(listener)); }

void Tracer::silence() { core_->silence(); }

std::chrono::milliseconds Tracer::slow() const { return core_->options().slow; }

bool Tracer::samples(const TraceContext& trace) const {
  constexpr double whole = 72'057'594'037'927'936.0;  // 2^56
  std::uint64_t number = 0;
  for (std::size_t i = trace.trace_id.size() - 7; i < trace.trace_id.size(); ++i)
    number = number << 8 | trace.trace_id[i];
  return static_cast<double>(number) < core_->options().sample_ratio * whole;
}

Span Tracer::begin(TraceContext& trace, const Work& work) {
  const auto& options = core_->options();
  auto parent = trace.span_id;
  trace.span_id = core_->next_span_id();
  trace.recording = {};
  Span span;
  bool may_be_slow = work.may_be_slow && options.slow.count() > 0;
  bool may_be_kept = (trace.is_sampled && options.is_exported) || may_be_slow;
  if (!may_be_kept || !core_->has_listeners()) return span;
  auto* recording = core_->lend();
  if (recording == nullptr) return span;
  trace.recording = TraceRecordingPointer(recording);
  auto& recorded = recording->trace_;
  recorded.trace_id = trace.trace_id;
  recorded.is_sampled = trace.is_sampled;
  recorded.is_own = work.is_own;
  recorded.began = std::chrono::steady_clock::now();
  recorded.began_unix_ns = unix_ns_now();
  span.id_ = trace.span_id;
  span.index_ = recording->begin(
      {.id = trace.span_id, .parent = parent, .kind = work.kind, .begin = recorded.began},
      work.name, false);
  span.recording_ = trace.recording;
  return span;
}

TraceContext new_trace(const Tracer& tracer) {
  TraceContext trace;
  random_bytes(trace.trace_id);
  trace.is_sampled = tracer.samples(trace);
  return trace;
}

}  // namespace aiva
