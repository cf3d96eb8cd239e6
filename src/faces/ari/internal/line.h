#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "faces/ari/internal/wire.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::ari {

using Instant = std::chrono::steady_clock::time_point;

// Requests to Asterisk and their replies over whichever connection there is. On one executor only.
class Line {
 public:
  // Queues a message; false when that is not possible any more.
  using Send = std::function<bool(std::string)>;

  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // From now on there is a connection. Whatever still waits on another one fails.
  void open(Send send);
  // There is none any more; what waits fails with `unavailable`.
  void close();
  [[nodiscard]] bool is_open() const { return send_ != nullptr; }

  void take(Reply reply);
  // Requests that waited for too long fail with `timeout`.
  void expire(Instant now);

  // The reply, whatever its status. Fails with `unavailable` without a connection and `timeout`.
  Task<Result<Reply>> exchange(Request request);
  // The body of a success; other replies are failures as error_of() says.
  Task<Result<std::string>> ask(Request request);

 private:
  struct Waiting {
    std::coroutine_handle<> handle{};
    std::optional<Result<Reply>> outcome{};
    Instant until{};
  };

  void end(std::map<std::string, Waiting*>::iterator waiting, Result<Reply> outcome);

  Send send_{};
  std::map<std::string, Waiting*> waiting_{};  // in the frames of exchange()
  std::uint64_t count_ = 0;
};

}  // namespace aiva::ari
