#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/error.h"
#include "foundation/trace.h"

namespace aiva {

class TracerCore;

using SpanId = std::array<std::uint8_t, 8>;

// What a span is to others; numbered as in OTLP.
enum class SpanKind : std::uint8_t { internal = 1, server = 2, client = 3, producer = 4, consumer };

// One step of a trace.
struct SpanRecord {
  SpanId id{};
  SpanId parent{};  // zero: the first of its trace
  SpanKind kind = SpanKind::internal;
  std::uint32_t name_at = 0;  // in the text beside
  std::uint32_t name_bytes = 0;
  std::chrono::steady_clock::time_point begin{};
  std::chrono::steady_clock::time_point end{};  // the default: it goes on
  std::optional<ErrorCode> failure{};
};

// What is said of a span: a number, or a piece of the text beside.
struct SpanAttribute {
  std::uint32_t span = 0;      // the index of its span
  const char* name = nullptr;  // a literal
  bool is_text = false;
  std::int64_t number = 0;  // or where the text begins
  std::uint32_t bytes = 0;  // of the text
};

// The steps of one piece of work in this process, for whoever exports or logs them.
struct RecordedTrace {
  std::array<std::uint8_t, 16> trace_id{};
  bool is_sampled = false;
  bool is_slow = false;
  bool is_own = false;              // the trace began here
  std::vector<SpanRecord> spans{};  // in the order of their beginnings; the first encloses all
  std::vector<SpanAttribute> attributes{};
  std::string text{};
  std::uint32_t dropped = 0;  // steps that found no room
  std::int64_t began_unix_ns = 0;
  std::chrono::steady_clock::time_point began{};

  [[nodiscard]] std::string_view name_of(const SpanRecord& span) const {
    return std::string_view(text).substr(span.name_at, span.name_bytes);
  }
  // The text of an attribute of the first span; empty where it has none of that name.
  [[nodiscard]] std::string_view root_text(std::string_view name) const;
  // The number of an attribute of the first span; 0 where it has none.
  [[nodiscard]] std::int64_t root_number(std::string_view name) const;
  [[nodiscard]] std::int64_t unix_ns(std::chrono::steady_clock::time_point instant) const;
};

// Where the steps of one piece of work are noted while it runs. It is made by a Tracer, which takes
// what it has when nobody holds it any longer, and uses it again. Any thread.
class TraceRecording {
 public:
  static constexpr std::size_t spans_max = 256;
  static constexpr std::size_t minor_spans_max = 192;  // the rest is kept for steps that matter
  static constexpr std::size_t attributes_max = 1024;
  static constexpr std::size_t text_bytes_max = 32 * 1024;
  static constexpr std::uint32_t no_span = 0xFFFF'FFFF;

  explicit TraceRecording(std::shared_ptr<TracerCore> core);

  // The index of a new span, or `no_span` when there is no room.
  std::uint32_t begin(const SpanRecord& span, std::string_view name, bool is_minor);
  void name(std::uint32_t span, std::string_view name);
  // Of two of one name the later one holds.
  void note(std::uint32_t span, const char* name, std::string_view text);
  void note(std::uint32_t span, const char* name, std::int64_t number);
  void fail(std::uint32_t span, ErrorCode code);
  void end(std::uint32_t span);
  // The work took too long: the trace is kept whatever was decided before.
  void call_slow();
  SpanId next_span_id();
  // What the work is called: the name of the first span.
  [[nodiscard]] std::string title() const;

 private:
  friend class TraceRecordingPointer;
  friend class Tracer;
  friend class TracerCore;

  [[nodiscard]] std::uint32_t add_text(std::string_view text);
  void put(const SpanAttribute& attribute);

  std::atomic<std::uint32_t> holders_ = 1;
  std::shared_ptr<TracerCore> core_;  // shared: work may end after its Tracer
  mutable std::mutex mutex_;
  RecordedTrace trace_{};
};

}  // namespace aiva
