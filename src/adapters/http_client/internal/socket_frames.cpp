#include "adapters/http_client/internal/socket_frames.h"

#include <cstring>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::http_client {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::size_t control_bytes_max = 125;
constexpr std::uint8_t length_in_2 = 126;
constexpr std::uint8_t length_in_8 = 127;
constexpr std::size_t consumed_bytes_max = 64 * 1024;  // kept before the buffer is moved up

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (char byte : bytes) number = number << 8U | static_cast<std::uint8_t>(byte);
  return number;
}

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8U * unsigned(i)));
}

void append_masked(std::string& out, std::string_view payload, MaskKey key) {
  auto begin = out.size();
  out.append(payload);
  char* at = out.data() + begin;
  std::array<char, 8> twice{key[0], key[1], key[2], key[3], key[0], key[1], key[2], key[3]};
  std::uint64_t wide_key = 0;
  std::memcpy(&wide_key, twice.data(), sizeof wide_key);
  std::size_t i = 0;
  for (; i + 8 <= payload.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at + i, sizeof word);
    word ^= wide_key;
    std::memcpy(at + i, &word, sizeof word);
  }
  for (; i < payload.size(); ++i) at[i] = static_cast<char>(at[i] ^ key[i % 4]);
}

bool is_control(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

bool is_known(std::uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

// RFC 6455 section 7.4: codes a peer may send.
bool may_be_sent(int code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, MaskKey key) {
  out += static_cast<char>(final_bit | static_cast<std::uint8_t>(opcode));
  if (payload.size() <= control_bytes_max) {
    out += static_cast<char>(mask_bit | payload.size());
  } else if (payload.size() <= 0xFFFF) {
    out += static_cast<char>(mask_bit | length_in_2);
    append_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(mask_bit | length_in_8);
    append_big_endian(out, payload.size(), 8);
  }
  out.append(key.data(), key.size());
  append_masked(out, payload, key);
}

std::string close_payload(int code, std::string_view reason) {
  std::string payload;
  append_big_endian(payload, static_cast<std::uint64_t>(code), 2);
  payload += utf8_prefix(reason, control_bytes_max - 2);
  return payload;
}

void FrameReader::feed(std::string_view bytes) {
  if (at_ == buffer_.size()) {
    buffer_.clear();
    at_ = 0;
  } else if (at_ > consumed_bytes_max) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  buffer_ += bytes;
}

std::unexpected<Error> FrameReader::refuse(int code, const char* cause) {
  close_code_ = code;
  return fail(code == close_code::too_large ? ErrorCode::too_large : ErrorCode::unavailable,
              code == close_code::too_large ? "The server's message is larger than allowed"
                                            : "The server broke the WebSocket protocol",
              cause);
}

Result<std::optional<FrameReader::Head>> FrameReader::read_head() {
  auto bytes = rest();
  if (bytes.size() < 2) return std::nullopt;
  auto first = byte_at(bytes, 0);
  auto second = byte_at(bytes, 1);
  if ((first & reserved_bits) != 0) return refuse(close_code::protocol_error, "reserved bits");
  if ((second & mask_bit) != 0) return refuse(close_code::protocol_error, "masked by the server");
  if (!is_known(first & 0x0FU)) return refuse(close_code::protocol_error, "unknown opcode");
  Head head{.is_final = (first & final_bit) != 0,
            .opcode = static_cast<Opcode>(first & 0x0FU),
            .length = second & 0x7FU,
            .bytes = 2};
  std::size_t extra = head.length == length_in_2 ? 2 : head.length == length_in_8 ? 8 : 0;
  if (bytes.size() < 2 + extra) return std::nullopt;
  if (extra > 0) head.length = big_endian(bytes.substr(2, extra));
  head.bytes += extra;
  TRY_VOID(check(head));
  return head;
}

Result<void> FrameReader::check(const Head& head) {
  if (is_control(head.opcode)) {
    if (!head.is_final || head.length > control_bytes_max)
      return refuse(close_code::protocol_error, "a control frame that is long or in pieces");
    return {};
  }
  if ((head.opcode == Opcode::continuation) != message_opcode_.has_value())
    return refuse(close_code::protocol_error, "pieces of messages out of order");
  if (head.length > message_bytes_max_ - message_.size())
    return refuse(close_code::too_large, "too large");
  return {};
}

Result<Incoming> FrameReader::read_close(std::string_view payload) {
  Incoming close{.opcode = Opcode::close};
  if (payload.empty()) return close;
  if (payload.size() == 1) return refuse(close_code::protocol_error, "half a close code");
  close.code = static_cast<int>(big_endian(payload.substr(0, 2)));
  close.payload = payload.substr(2);
  if (!may_be_sent(close.code)) return refuse(close_code::protocol_error, "reserved close code");
  if (!is_valid_utf8(close.payload)) return refuse(close_code::bad_text, "reason is not UTF-8");
  return close;
}

Result<std::optional<Incoming>> FrameReader::next() {
  while (true) {
    TRY(auto head, read_head());
    if (!head || rest().size() - head->bytes < head->length) return std::nullopt;
    auto payload = rest().substr(head->bytes, head->length);
    at_ += head->bytes + payload.size();
    if (head->opcode == Opcode::close) {
      TRY(auto close, read_close(payload));
      return close;
    }
    if (is_control(head->opcode))
      return Incoming{.opcode = head->opcode, .payload = std::string(payload)};
    if (!message_opcode_) message_opcode_ = head->opcode;
    message_ += payload;
    if (!head->is_final) continue;
    Incoming message{.opcode = *message_opcode_, .payload = std::exchange(message_, {})};
    message_opcode_.reset();
    if (message.opcode == Opcode::text && !is_valid_utf8(message.payload))
      return refuse(close_code::bad_text, "text is not UTF-8");
    return message;
  }
}

}  // namespace aiva::http_client
