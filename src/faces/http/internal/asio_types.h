#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <coroutine>
#include <cstddef>
#include <utility>

namespace aiva::http {

namespace asio = boost::asio;

using SystemError = boost::system::error_code;
using IoExecutor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, IoExecutor>;

struct IoOutcome {
  SystemError error;
  std::size_t bytes = 0;
};

// Suspends a coroutine for one Asio operation; `initiate(handler)` starts it. Asio never calls the
// handler inside the call, and calls it on the connection's own thread.
template <class Initiate>
class AsioOperation {
 public:
  explicit AsioOperation(Initiate initiate) : initiate_(std::move(initiate)) {}
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    initiate_([this, awaiting](SystemError error, std::size_t bytes = 0) {
      outcome_ = {error, bytes};
      awaiting.resume();
    });
  }
  IoOutcome await_resume() noexcept { return outcome_; }

 private:
  Initiate initiate_;
  IoOutcome outcome_;
};

}  // namespace aiva::http
