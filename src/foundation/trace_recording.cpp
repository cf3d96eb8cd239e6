#include "foundation/trace_recording.h"

#include "foundation/tracer_core.h"

namespace aiva {

std::string_view RecordedTrace::root_text(std::string_view name) const {
  for (const auto& attribute : attributes)
    if (attribute.span == 0 && attribute.is_text && name == attribute.name)
      return std::string_view(text).substr(static_cast<std::size_t>(attribute.number),
                                           attribute.bytes);
  return {};
}

std::int64_t RecordedTrace::root_number(std::string_view name) const {
  for (const auto& attribute : attributes)
    if (attribute.span == 0 && !attribute.is_text && name == attribute.name)
      return attribute.number;
  return 0;
}

std::int64_t RecordedTrace::unix_ns(std::chrono::steady_clock::time_point instant) const {
  return began_unix_ns +
         std::chrono::duration_cast<std::chrono::nanoseconds>(instant - began).count();
}

void TraceRecordingPointer::hold(TraceRecording& recording) noexcept {
  recording.holders_.fetch_add(1, std::memory_order_relaxed);
}

void TraceRecordingPointer::release(TraceRecording& recording) noexcept {
  if (recording.holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // The core must not go with the recording it takes back.
  auto core = recording.core_;
  core->take_back(recording);
}

TraceRecording::TraceRecording(std::shared_ptr<TracerCore> core) : core_(std::move(core)) {}

std::uint32_t TraceRecording::add_text(std::string_view text) {
  auto at = static_cast<std::uint32_t>(trace_.text.size());
  trace_.text += text;
  return at;
}

std::uint32_t TraceRecording::begin(const SpanRecord& span, std::string_view name, bool is_minor) {
  std::lock_guard lock(mutex_);
  auto room = is_minor ? minor_spans_max : spans_max;
  if (trace_.spans.size() >= room || trace_.text.size() + name.size() > text_bytes_max) {
    ++trace_.dropped;
    return no_span;
  }
  auto& added = trace_.spans.emplace_back(span);
  added.name_at = add_text(name);
  added.name_bytes = static_cast<std::uint32_t>(name.size());
  return static_cast<std::uint32_t>(trace_.spans.size() - 1);
}

void TraceRecording::name(std::uint32_t span, std::string_view name) {
  std::lock_guard lock(mutex_);
  if (trace_.text.size() + name.size() > text_bytes_max) return;
  auto& record = trace_.spans[span];
  record.name_at = add_text(name);
  record.name_bytes = static_cast<std::uint32_t>(name.size());
}

void TraceRecording::put(const SpanAttribute& attribute) {
  for (auto& known : trace_.attributes)
    if (known.span == attribute.span && std::string_view(known.name) == attribute.name) {
      known = attribute;
      return;
    }
  if (trace_.attributes.size() < attributes_max) trace_.attributes.push_back(attribute);
}

void TraceRecording::note(std::uint32_t span, const char* name, std::string_view text) {
  std::lock_guard lock(mutex_);
  if (trace_.text.size() + text.size() > text_bytes_max) return;
  put({.span = span,
       .name = name,
       .is_text = true,
       .number = add_text(text),
       .bytes = static_cast<std::uint32_t>(text.size())});
}

void TraceRecording::note(std::uint32_t span, const char* name, std::int64_t number) {
  std::lock_guard lock(mutex_);
  put({.span = span, .name = name, .number = number});
}

void TraceRecording::fail(std::uint32_t span, ErrorCode code) {
  std::lock_guard lock(mutex_);
  trace_.spans[span].failure = code;
}

void TraceRecording::end(std::uint32_t span) {
  auto now = std::chrono::steady_clock::now();
  std::lock_guard lock(mutex_);
  trace_.spans[span].end = now;
}

void TraceRecording::call_slow() {
  std::lock_guard lock(mutex_);
  trace_.is_slow = true;
}

SpanId TraceRecording::next_span_id() { return core_->next_span_id(); }

std::string TraceRecording::title() const {
  std::lock_guard lock(mutex_);
  return trace_.spans.empty() ? std::string() : std::string(trace_.name_of(trace_.spans.front()));
}

}  // namespace aiva
