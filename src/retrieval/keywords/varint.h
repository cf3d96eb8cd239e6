#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aiva::retrieval {

// Numbers in groups of seven bits, the lowest first (LEB128). `Bytes` is a container of char or
// std::byte.
template <class Bytes>
void append_varint(Bytes& out, std::uint32_t value) {
  using Byte = typename Bytes::value_type;
  for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<Byte>(value | 0x80U));
  out.push_back(static_cast<Byte>(value));
}

// Reads a number and moves `at` behind it; false when the bytes end before it does.
inline bool read_varint(std::span<const std::byte> bytes, std::size_t& at, std::uint32_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 35 && at < bytes.size(); shift += 7) {
    auto byte = static_cast<std::uint32_t>(bytes[at++]);
    value |= (byte & 0x7FU) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace aiva::retrieval
