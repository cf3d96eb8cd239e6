#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace aiva::retrieval {

// Numbers wider than this are not packed.
inline constexpr unsigned packed_bits_max = 24;
// So many numbers make a full pack, which is laid out in four lanes to be read four at a time.
inline constexpr std::size_t full_pack = 128;
// So many bytes behind a pack must be readable.
inline constexpr std::size_t pack_padding = 8;

// The bits that the greatest of the numbers needs.
unsigned bits_needed(std::span<const std::uint32_t> numbers);
// What so many numbers of so many bits take.
std::size_t packed_bytes(std::size_t count, unsigned bits);
// Appends numbers, at most `full_pack`, of at most `bits` bits each.
void pack_bits(std::span<const std::uint32_t> numbers, unsigned bits, std::vector<std::byte>& out);
// Reads `numbers.size()` numbers from `packed`, behind which there is the padding.
void unpack_bits(const std::byte* packed, unsigned bits, std::span<std::uint32_t> numbers);

}  // namespace aiva::retrieval
