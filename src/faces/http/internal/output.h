#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "faces/http/internal/io_thread.h"
#include "faces/http/internal/transport.h"
#include "foundation/task.h"

namespace aiva::http {

// Sends bytes to the peer, in one system call where the kernel takes them, and remembers whether it
// makes progress. One sender at a time.
class Output {
 public:
  explicit Output(Transport& transport) : transport_(transport) {}

  // Sends what the kernel takes at once; true when that was everything. Else finish with
  // send_rest().
  bool send_now(std::string_view first, std::string_view second);
  // Sends what send_now() left. False when the peer is gone.
  Task<bool> send_rest();
  // Both in one.
  Task<bool> send(std::string_view bytes);

  // Whether the peer took nothing for longer than `patience`.
  [[nodiscard]] bool is_stalled(SteadyTime now, std::chrono::milliseconds patience) const {
    return is_waiting_ && now - last_progress_ > patience;
  }
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }
  void restart_count() { bytes_sent_ = 0; }

 private:
  Transport& transport_;
  std::string_view first_;
  std::string_view second_;
  bool is_waiting_ = false;
  SteadyTime last_progress_{};
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace aiva::http
