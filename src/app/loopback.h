#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::app {

// One kept connection to a server of this machine, whose cost on the calling thread is little: for
// measuring. HTTP/1.1 with Content-Length. Not for several threads.
class Loopback {
 public:
  struct Reply {
    int status = 0;
    std::string body{};
  };

  // Fails with `unavailable`.
  static Result<Loopback> connect(std::uint16_t port);
  ~Loopback();
  Loopback(Loopback&& other) noexcept;
  Loopback& operator=(Loopback&&) = delete;

  // Goes into the Authorization of all later calls.
  void set_token(std::string token) { token_ = std::move(token); }
  // Waits 30 s at most. Fails with `unavailable` where the connection breaks, `too_large` above
  // 16 MB, `internal` where the answer is none of HTTP.
  Result<Reply> call(std::string_view method, std::string_view path, std::string_view body = {});

 private:
  explicit Loopback(int socket) : socket_(socket) {}
  Result<void> send_whole(std::string_view text);
  Result<void> receive();

  int socket_ = -1;
  std::string token_{};
  std::string input_{};
};

// Where the answer's parts are in what came in so far; nothing while some is missing. Fails with
// `internal` or `too_large`.
struct ReplySize {
  int status = 0;
  std::size_t head = 0;  // bytes, the empty line included
  std::size_t body = 0;
};
Result<ReplySize> measure_reply(std::string_view head);

}  // namespace aiva::app
