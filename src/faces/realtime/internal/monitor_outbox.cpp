#include "faces/realtime/internal/monitor_outbox.h"

#include <utility>

namespace aiva::realtime {
namespace {

constexpr std::size_t audio_bytes_max = 128 * 1024;
constexpr std::size_t events_max = 1'000;

}  // namespace

void MonitorOutbox::send_event(std::string text) {
  if (is_gone_ || is_closing_) return;
  if (events_ >= events_max) {
    queue_.clear();
    return close(http::CloseCode::policy_violation, "You do not read what you are sent");
  }
  push({.message = {std::move(text), false}});
}

void MonitorOutbox::send_audio(http::WebSocketMessage message, std::int64_t ms) {
  if (is_gone_ || is_closing_) return;
  if (audio_bytes_ + message.content.size() > audio_bytes_max) return miss(ms);
  if (missed_ms_ > 0) {
    auto missed = std::exchange(missed_ms_, 0);
    send_event(R"({"type":"audio_dropped","ms":)" + std::to_string(missed) + "}");
  }
  push({.message = std::move(message), .is_audio = true});
}

void MonitorOutbox::push(Waiting waiting) {
  if (waiting.is_audio)
    audio_bytes_ += waiting.message.content.size();
  else
    ++events_;
  queue_.push_back(std::move(waiting));
  if (!std::exchange(is_writing_, true)) work_.run(write());
}

void MonitorOutbox::close(http::CloseCode code, std::string reason) {
  if (is_gone_ || std::exchange(is_closing_, true)) return;
  code_ = code;
  reason_ = std::move(reason);
  if (!std::exchange(is_writing_, true)) work_.run(write());
}

void MonitorOutbox::detach() {
  is_gone_ = true;
  queue_.clear();
}

Task<void> MonitorOutbox::write() {
  while (!queue_.empty()) {
    auto waiting = std::move(queue_.front());
    queue_.pop_front();
    if (waiting.is_audio)
      audio_bytes_ -= waiting.message.content.size();
    else
      --events_;
    auto sent = co_await socket_.send(std::move(waiting.message));
    if (!sent) detach();
  }
  if (is_closing_ && !is_gone_) co_await socket_.close(code_, reason_);
  is_writing_ = false;
}

}  // namespace aiva::realtime
