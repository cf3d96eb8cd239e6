#pragma once

#include <cstdint>
#include <string_view>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/trace_recording.h"

namespace aiva {

// A step of a call, from its construction to its end. Where the call is not recorded it costs a
// comparison. One thread at a time.
//
//   Span span(context, "search.embed");
//   auto task = embedder.embed(span.inside(context), std::move(texts));
//   auto embedded = co_await std::move(task);
//   span.note(embedded);
class Span {
 public:
  // Whether a step gives way when a recording is nearly full: those that come by the hundred.
  enum class Weight : std::uint8_t { major, minor };

  Span() = default;
  // `name` is copied.
  Span(const CallContext& context, std::string_view name, SpanKind kind = SpanKind::internal,
       Weight weight = Weight::major);
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  Span(Span&& other) noexcept;
  Span& operator=(Span&& other) noexcept;
  ~Span() { end(); }

  // The context in which the step's own steps run.
  [[nodiscard]] CallContext inside(CallContext context) const;
  [[nodiscard]] bool is_recorded() const { return static_cast<bool>(recording_); }

  // `name` is a literal, as in OpenTelemetry's conventions where they have one.
  void set(const char* name, std::string_view text);
  void set(const char* name, std::int64_t number);
  void rename(std::string_view name);
  void fail(ErrorCode code);
  // The step failed where the result did.
  template <class T>
  void note(const Result<T>& result) {
    if (!result) fail(result.error().code);
  }
  // The work of which it is the first step took too long.
  void call_slow();
  // Ends it now; the destructor does otherwise.
  void end();

 private:
  friend class Tracer;

  TraceRecordingPointer recording_{};
  std::uint32_t index_ = TraceRecording::no_span;
  SpanId id_{};
};

}  // namespace aiva
