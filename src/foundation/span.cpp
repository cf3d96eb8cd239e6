#include "foundation/span.h"

#include <chrono>
#include <utility>

namespace aiva {

Span::Span(const CallContext& context, std::string_view name, SpanKind kind, Weight weight) {
  if (!context.trace.recording) return;
  auto id = context.trace.recording->next_span_id();
  auto index = context.trace.recording->begin({.id = id,
                                               .parent = context.trace.span_id,
                                               .kind = kind,
                                               .begin = std::chrono::steady_clock::now()},
                                              name, weight == Weight::minor);
  if (index == TraceRecording::no_span) return;
  recording_ = context.trace.recording;
  index_ = index;
  id_ = id;
}

Span::Span(Span&& other) noexcept
    : recording_(std::move(other.recording_)), index_(other.index_), id_(other.id_) {}

Span& Span::operator=(Span&& other) noexcept {
  if (this == &other) return *this;
  end();
  recording_ = std::move(other.recording_);
  index_ = other.index_;
  id_ = other.id_;
  return *this;
}

CallContext Span::inside(CallContext context) const {
  if (recording_) context.trace.span_id = id_;
  return context;
}

void Span::set(const char* name, std::string_view text) {
  if (recording_) recording_->note(index_, name, text);
}

void Span::set(const char* name, std::int64_t number) {
  if (recording_) recording_->note(index_, name, number);
}

void Span::rename(std::string_view name) {
  if (recording_) recording_->name(index_, name);
}

void Span::fail(ErrorCode code) {
  if (recording_) recording_->fail(index_, code);
}

void Span::call_slow() {
  if (recording_) recording_->call_slow();
}

void Span::end() {
  if (!recording_) return;
  recording_->end(index_);
  recording_ = {};
}

}  // namespace aiva
