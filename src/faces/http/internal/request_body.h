#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "faces/http/error_table.h"
#include "faces/http/internal/connection_input.h"
#include "faces/http/internal/request_head.h"
#include "foundation/task.h"

namespace aiva::http {

// The body of the current request as it arrives, out of its framing (Content-Length or chunks).
class RequestBody {
 public:
  RequestBody(Transport& transport, ConnectionInput& input)
      : transport_(transport), input_(input) {}

  void begin(const RequestHead& head);

  // The bytes to come when the client said so, else 0.
  [[nodiscard]] std::uint64_t announced() const { return announced_; }
  [[nodiscard]] bool is_complete() const { return stage_ == Stage::complete; }
  // Bytes read so far, for the minimum rate.
  [[nodiscard]] std::uint64_t received() const { return received_; }

  // Moves at least one byte to `out`, 0 at the end of the body. Sends "100 Continue" first where
  // the client waits for it. Fails when the framing is broken or the peer is gone.
  Task<std::expected<std::size_t, Failure>> read(std::span<char> out);
  // Says that the peer's time for the body is over: failures from now on are 408.
  void expire() { is_expired_ = true; }
  // Whether the rest may be thrown away to keep the connection: small, and surely coming.
  [[nodiscard]] bool is_worth_skipping() const;

 private:
  enum class Stage : std::uint8_t { complete, plain, chunk_size, chunk_data, chunk_end };

  [[nodiscard]] Failure lost() const;
  Task<bool> send_continue();
  // Cuts one line off the input; empty lines are fine.
  Task<std::expected<std::string_view, Failure>> read_line();
  Task<std::expected<void, Failure>> begin_chunk();
  Task<std::expected<void, Failure>> skip_trailers();

  Transport& transport_;
  ConnectionInput& input_;
  Stage stage_ = Stage::complete;
  bool owes_continue_ = false;
  bool is_expired_ = false;
  std::uint64_t announced_ = 0;
  std::uint64_t remaining_ = 0;
  std::uint64_t received_ = 0;
  char line_[256];
};

}  // namespace aiva::http
