#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "faces/http/websocket.h"
#include "faces/realtime/internal/side_work.h"

namespace aiva::realtime {

// What one who follows a call is sent. Who reads slowly misses audio, and is told how much; who
// does not even read the events is sent away. On the connection's home.
class MonitorOutbox {
 public:
  // Both are borrowed; the work ends before they go.
  MonitorOutbox(http::WebSocket& socket, SideWork& work) : socket_(socket), work_(work) {}

  void send_event(std::string text);
  // Of so many milliseconds of sound.
  void send_audio(http::WebSocketMessage message, std::int64_t ms);
  // Audio that was lost on the way here.
  void miss(std::int64_t ms) { missed_ms_ += ms; }
  // Sends what waits, then closes. Once.
  void close(http::CloseCode code, std::string reason);
  // The connection is gone: nothing more is sent.
  void detach();

 private:
  struct Waiting {
    http::WebSocketMessage message;
    bool is_audio = false;
  };
  void push(Waiting waiting);
  Task<void> write();

  http::WebSocket& socket_;
  SideWork& work_;
  std::deque<Waiting> queue_{};
  std::size_t audio_bytes_ = 0;  // of the queue
  std::size_t events_ = 0;
  std::int64_t missed_ms_ = 0;
  http::CloseCode code_ = http::CloseCode::normal;
  std::string reason_{};
  bool is_closing_ = false;
  bool is_writing_ = false;
  bool is_gone_ = false;
};

}  // namespace aiva::realtime
