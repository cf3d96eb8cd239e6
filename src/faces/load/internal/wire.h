#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "faces/load/internal/asio.h"
#include "faces/load/tally.h"

namespace aiva::load {

struct Answer {
  Outcome outcome = Outcome::ok;
  int status = 0;  // 0: none came
  bool is_stream = false;
  std::string body{};
  std::uint64_t bytes = 0;   // received
  SteadyTime first_words{};  // when the first piece of text of a stream had come
};

// One HTTP/1.1 connection to the service, kept between requests and opened again when the service
// has closed it. On its loop alone; one request at a time.
class Wire {
 public:
  // Both outlive it; there is at least one endpoint.
  Wire(asio::io_context& loop, const Endpoints& endpoints);

  // Sends a whole request, which must stay until this has ended, and reads the whole answer; a
  // stream to its end. It is never sent twice.
  Awaitable<Answer> exchange(std::string_view request, SteadyTime deadline);
  // Gives up an exchange that is beyond its deadline.
  void expire(SteadyTime now);
  void close();

 private:
  Awaitable<Outcome> connect();
  Awaitable<Answer> read_answer();
  [[nodiscard]] bool is_usable();
  [[nodiscard]] Outcome outcome_of_loss() const;

  asio::ip::tcp::socket socket_;
  const Endpoints& endpoints_;
  boost::beast::flat_buffer input_;
  SteadyTime deadline_ = SteadyTime::max();
  bool is_expired_ = false;
};

}  // namespace aiva::load
