#include "onnx_writer/wire_format.h"

#include <bit>

namespace aiva::convert {
namespace {

constexpr int varint_type = 0;
constexpr int length_delimited_type = 2;
constexpr int fixed32_type = 5;

}  // namespace

void WireMessage::append_varint(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    value >>= 7;
  }
  bytes_ += static_cast<char>(value);
}

void WireMessage::append_tag(int field, int wire_type) {
  append_varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire_type));
}

void WireMessage::add_integer(int field, std::int64_t value) {
  append_tag(field, varint_type);
  append_varint(static_cast<std::uint64_t>(value));
}

void WireMessage::add_float(int field, float value) {
  append_tag(field, fixed32_type);
  auto bits = std::bit_cast<std::uint32_t>(value);
  for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(bits >> shift & 0xFF);
}

void WireMessage::add_bytes(int field, std::string_view bytes) {
  append_tag(field, length_delimited_type);
  append_varint(bytes.size());
  bytes_ += bytes;
}

}  // namespace aiva::convert
