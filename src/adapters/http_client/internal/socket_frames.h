#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::http_client {

// RFC 6455 section 5.2.
enum class Opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

// RFC 6455 section 7.4.1.
namespace close_code {
inline constexpr int normal = 1000;
inline constexpr int protocol_error = 1002;
inline constexpr int not_given = 1005;
inline constexpr int broken = 1006;
inline constexpr int bad_text = 1007;
inline constexpr int too_large = 1009;
}  // namespace close_code

using MaskKey = std::array<char, 4>;

// Appends one whole message, or control frame, as a client sends it: masked.
void append_frame(std::string& out, Opcode opcode, std::string_view payload, MaskKey key);

// The payload of a close frame.
std::string close_payload(int code, std::string_view reason = {});

// What a server sent: a whole message or a control frame.
struct Incoming {
  Opcode opcode = Opcode::text;
  std::string payload{};
  int code = close_code::not_given;  // of a close; its payload is the reason
};

// Puts what a server sends together.
class FrameReader {
 public:
  explicit FrameReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  void feed(std::string_view bytes);
  // The next one, nothing while more bytes are needed. After a failure nothing more comes, and
  // close_code() says what to close with.
  Result<std::optional<Incoming>> next();
  [[nodiscard]] int close_code() const { return close_code_; }

 private:
  struct Head {
    bool is_final = false;
    Opcode opcode = Opcode::text;
    std::uint64_t length = 0;
    std::size_t bytes = 0;
  };

  Result<std::optional<Head>> read_head();
  Result<void> check(const Head& head);
  Result<Incoming> read_close(std::string_view payload);
  std::unexpected<Error> refuse(int code, const char* cause);
  [[nodiscard]] std::string_view rest() const { return std::string_view(buffer_).substr(at_); }

  std::size_t message_bytes_max_;
  std::string buffer_{};
  std::size_t at_ = 0;
  std::string message_{};
  std::optional<Opcode> message_opcode_{};  // of a message that is not whole yet
  int close_code_ = close_code::protocol_error;
};

}  // namespace aiva::http_client
