#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aiva::convert {

// One message in the Protocol Buffers wire format, built field by field
// (https://protobuf.dev/programming-guides/encoding/). Fields appear in the order of the calls.
class WireMessage {
 public:
  // A varint field; negative numbers take ten bytes, as int64 fields want.
  void add_integer(int field, std::int64_t value);
  // A 32-bit float field.
  void add_float(int field, float value);
  // A length-delimited field: a string, bytes or a message already serialised.
  void add_bytes(int field, std::string_view bytes);
  void add_message(int field, const WireMessage& message) { add_bytes(field, message.bytes_); }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void append_varint(std::uint64_t value);
  void append_tag(int field, int wire_type);

  std::string bytes_;
};

}  // namespace aiva::convert
