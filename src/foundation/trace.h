#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace aiva {

class TraceRecording;

// Keeps a recording alive; a copy costs one count where there is one. Any thread.
class TraceRecordingPointer {
 public:
  TraceRecordingPointer() = default;
  // Takes one count over.
  explicit TraceRecordingPointer(TraceRecording* recording) noexcept : recording_(recording) {}
  TraceRecordingPointer(const TraceRecordingPointer& other) noexcept
      : recording_(other.recording_) {
    if (recording_ != nullptr) hold(*recording_);
  }
  TraceRecordingPointer(TraceRecordingPointer&& other) noexcept
      : recording_(std::exchange(other.recording_, nullptr)) {}
  TraceRecordingPointer& operator=(TraceRecordingPointer other) noexcept {
    std::swap(recording_, other.recording_);
    return *this;
  }
  ~TraceRecordingPointer() {
    if (recording_ != nullptr) release(*recording_);
  }

  [[nodiscard]] TraceRecording* get() const { return recording_; }
  TraceRecording* operator->() const { return recording_; }
  explicit operator bool() const { return recording_ != nullptr; }

 private:
  static void hold(TraceRecording& recording) noexcept;
  static void release(TraceRecording& recording) noexcept;

  TraceRecording* recording_ = nullptr;
};

// W3C Trace Context identifiers of a call (https://www.w3.org/TR/trace-context/), and where its
// steps are noted.
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  bool is_sampled = false;
  TraceRecordingPointer recording{};  // null: nowhere

  [[nodiscard]] bool has_id() const { return trace_id != std::array<std::uint8_t, 16>{}; }
  // The same ids without a recording: for what goes on after the call, which begins its own.
  [[nodiscard]] TraceContext ids() const {
    TraceContext ids;
    ids.trace_id = trace_id;
    ids.span_id = span_id;
    ids.is_sampled = is_sampled;
    return ids;
  }
};

// Reads a traceparent header (https://www.w3.org/TR/trace-context/ §3.2); nothing when it is not
// exactly of version 00's form or has an all-zero id.
std::optional<TraceContext> parse_traceparent(std::string_view header);

// The header that parse_traceparent reads; 55 characters.
std::string to_traceparent(const TraceContext& trace);

}  // namespace aiva
