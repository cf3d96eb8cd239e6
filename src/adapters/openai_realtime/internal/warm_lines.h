#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "adapters/openai_realtime/internal/socket_session.h"
#include "adapters/openai_realtime/openai_realtime.h"

namespace aiva::openai_realtime {

// Lines to the default model, open before anybody needs them.
class WarmLines : public std::enable_shared_from_this<WarmLines> {
 public:
  WarmLines(const OpenAiRealtimeOptions& options, WebSocketClient& sockets)
      : options_(options), sockets_(sockets) {}

  // One that is young enough, if there is any. Its server may have gone all the same.
  std::optional<Line> take();
  // Opens what is missing, in the background; failures are left for those who need a line.
  void fill();
  // Closes all; nothing is opened any more.
  void stop();

 private:
  struct Warm {
    Line line;
    std::chrono::steady_clock::time_point since;
  };

  Task<void> open_one();

  const OpenAiRealtimeOptions options_;
  WebSocketClient& sockets_;
  std::stop_source stop_{};
  std::mutex mutex_{};
  std::deque<Warm> lines_{};  // the oldest first
  std::size_t opening_ = 0;
};

}  // namespace aiva::openai_realtime
