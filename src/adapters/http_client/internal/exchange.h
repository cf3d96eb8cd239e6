#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "adapters/http_client/internal/asio.h"
#include "adapters/http_client/internal/connection_pool.h"
#include "adapters/http_client/internal/response_reader.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/http_client.h"

namespace aiva::http_client {

// A request ready to be sent.
struct PreparedRequest {
  Origin origin;
  std::string head;
  std::string body;
  std::optional<HttpFileBody> file{};  // instead of `body`
  ThreadPool* files = nullptr;         // reads it
  bool may_repeat = false;             // idempotent
  bool has_answer_body = true;
  ResponseReader::Limits limits;
};

// One request and its answer. After a failure its connection is closed; after the end of the
// answer it is back in the pool. On the loop's thread only.
class Exchange {
 public:
  Exchange(ConnectionPool& pool, PreparedRequest request)
      : pool_(pool), request_(std::move(request)) {}

  // Sends the request and reads the head of the answer.
  Awaitable<Result<void>> begin();
  [[nodiscard]] const HttpResponse& head() const { return reader_->head(); }
  // The next bytes of the body, nothing after the last; reads from the network only now.
  Awaitable<Result<std::optional<std::string>>> next();
  // The rest of the body.
  Awaitable<Result<std::string>> rest();

 private:
  Awaitable<Result<void>> attempt(bool must_be_fresh);
  Awaitable<Result<void>> send();
  Awaitable<Result<void>> send_file();
  Awaitable<Result<void>> read_head();
  Awaitable<Result<void>> read_more();
  Result<bool> parse();
  void reset_reader();
  void settle();
  std::unexpected<Error> broken(const error_code& error);

  ConnectionPool& pool_;
  PreparedRequest request_;
  Lease lease_;
  std::optional<ResponseReader> reader_;
  boost::beast::flat_buffer buffer_;
  std::size_t read_bytes_ = 1024;  // at a time: little for a stream of words, more once that fills
  bool was_reused_ = false;
  bool is_unsent_ = true;       // not a byte of the request went out
  bool has_lost_file_ = false;  // the body cannot be read
  bool has_received_ = false;   // a byte of the answer came in
};

}  // namespace aiva::http_client
