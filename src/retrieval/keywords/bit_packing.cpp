#include "retrieval/keywords/bit_packing.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "foundation/result.h"

namespace aiva::retrieval {
namespace {

using Lanes = std::uint32_t __attribute__((vector_size(16)));

constexpr std::size_t lane_numbers = full_pack / 4;

Lanes load(const std::byte* bytes) {
  Lanes lanes;
  std::memcpy(&lanes, bytes, sizeof lanes);
  return lanes;
}

template <unsigned bits, std::size_t step>
void unpack_step(const std::byte* packed, std::uint32_t* numbers) {
  constexpr std::size_t bit = step * bits;
  constexpr unsigned shift = bit % 32;
  constexpr std::uint32_t mask = (1U << bits) - 1;
  auto lanes = load(packed + bit / 32 * sizeof(Lanes)) >> shift;
  if constexpr (shift + bits > 32)
    lanes |= load(packed + (bit / 32 + 1) * sizeof(Lanes)) << (32 - shift);
  lanes &= mask;
  std::memcpy(numbers + step * 4, &lanes, sizeof lanes);
}

template <unsigned bits>
void unpack_full(const std::byte* packed, std::uint32_t* numbers) {
  if constexpr (bits == 0)
    std::memset(numbers, 0, full_pack * sizeof *numbers);
  else
    [&]<std::size_t... steps>(std::index_sequence<steps...>) {
      (unpack_step<bits, steps>(packed, numbers), ...);
    }(std::make_index_sequence<lane_numbers>());
}

using Unpack = void (*)(const std::byte*, std::uint32_t*);

constexpr auto unpackers = []<std::size_t... bits>(std::index_sequence<bits...>) {
  return std::array<Unpack, sizeof...(bits)>{&unpack_full<static_cast<unsigned>(bits)>...};
}(std::make_index_sequence<packed_bits_max + 1>());

void pack_full(std::span<const std::uint32_t> numbers, unsigned bits, std::byte* packed) {
  std::array<std::uint32_t, full_pack> words{};
  for (std::size_t i = 0; i < full_pack; ++i) {
    auto bit = i / 4 * bits;
    auto shift = bit % 32;
    auto word = bit / 32 * 4 + i % 4;
    words[word] |= numbers[i] << shift;
    if (shift + bits > 32) words[word + 4] |= numbers[i] >> (32 - shift);
  }
  std::memcpy(packed, words.data(), packed_bytes(full_pack, bits));
}

void pack_few(std::span<const std::uint32_t> numbers, unsigned bits, std::byte* packed) {
  std::size_t bit = 0;
  for (auto number : numbers)
    for (unsigned i = 0; i < bits; ++i, ++bit)
      if ((number >> i & 1U) != 0) packed[bit / 8] |= std::byte{1} << bit % 8;
}

}  // namespace

unsigned bits_needed(std::span<const std::uint32_t> numbers) {
  std::uint32_t all = 0;
  for (auto number : numbers) all |= number;
  return static_cast<unsigned>(std::bit_width(all));
}

std::size_t packed_bytes(std::size_t count, unsigned bits) { return (count * bits + 7) / 8; }

void pack_bits(std::span<const std::uint32_t> numbers, unsigned bits, std::vector<std::byte>& out) {
  AIVA_ASSERT(bits <= packed_bits_max && numbers.size() <= full_pack);
  auto begin = out.size();
  out.resize(begin + packed_bytes(numbers.size(), bits));
  if (bits == 0) return;
  if (numbers.size() == full_pack)
    pack_full(numbers, bits, out.data() + begin);
  else
    pack_few(numbers, bits, out.data() + begin);
}

void unpack_bits(const std::byte* packed, unsigned bits, std::span<std::uint32_t> numbers) {
  AIVA_ASSERT(bits <= packed_bits_max);
  if (numbers.size() == full_pack) return unpackers[bits](packed, numbers.data());
  const std::uint32_t mask = (1U << bits) - 1;
  std::size_t bit = 0;
  for (auto& number : numbers) {
    std::uint64_t word = 0;
    std::memcpy(&word, packed + bit / 8, sizeof word);
    number = static_cast<std::uint32_t>(word >> bit % 8) & mask;
    bit += bits;
  }
}

}  // namespace aiva::retrieval
