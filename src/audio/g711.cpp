#include "audio/g711.h"

#include <array>
#include <bit>
#include <cstddef>

#include "foundation/result.h"

namespace aiva::audio {
namespace {

// Samples are looked up by their upper 14 bits: µ-law tells no more apart, A-law less.
constexpr int index_bits = 14;
constexpr std::size_t index_count = 1UL << index_bits;

constexpr std::int16_t expand_mu(std::uint8_t byte) {
  const unsigned code = static_cast<std::uint8_t>(~byte);
  const int exponent = static_cast<int>((code >> 4U) & 7U);
  const int mantissa = static_cast<int>(code & 15U);
  const int size = (((mantissa << 1) + 33) << exponent) - 33;
  return static_cast<std::int16_t>((code & 0x80U) != 0 ? -(size << 2) : size << 2);
}

constexpr std::int16_t expand_a(std::uint8_t byte) {
  const unsigned code = byte ^ 0x55U;
  const int exponent = static_cast<int>((code >> 4U) & 7U);
  const int mantissa = static_cast<int>(code & 15U);
  const int size = exponent == 0 ? (mantissa << 1) + 1 : ((mantissa << 1) + 33) << (exponent - 1);
  return static_cast<std::int16_t>((code & 0x80U) != 0 ? size << 3 : -(size << 3));
}

// `sample` has 14 bits.
constexpr std::uint8_t compress_mu(int sample) {
  constexpr unsigned size_max = 0x1FFF;
  const bool is_negative = sample < 0;
  auto size = static_cast<unsigned>(is_negative ? ~sample : sample) + 33U;
  if (size > size_max) size = size_max;
  const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 6U;
  const unsigned mantissa = (size >> (exponent + 1U)) & 15U;
  const unsigned code = (exponent << 4U) | mantissa | (is_negative ? 0x80U : 0U);
  return static_cast<std::uint8_t>(~code);
}

constexpr std::uint8_t compress_a(int sample) {
  const bool is_negative = sample < 0;
  // A-law has 12 bits beside the sign.
  const auto size = static_cast<unsigned>(is_negative ? ~sample : sample) >> 2U;
  const auto width = static_cast<unsigned>(std::bit_width(size));
  const unsigned exponent = width <= 4 ? 0 : width - 4;
  const unsigned mantissa = (exponent == 0 ? size : size >> (exponent - 1U)) & 15U;
  const unsigned code = (exponent << 4U) | mantissa | (is_negative ? 0U : 0x80U);
  return static_cast<std::uint8_t>(code ^ 0x55U);
}

template <class Expand>
constexpr auto make_expansions(Expand expand) {
  std::array<std::int16_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = expand(static_cast<std::uint8_t>(i));
  return table;
}

template <class Compress>
constexpr auto make_codes(Compress compress) {
  std::array<std::uint8_t, index_count> table{};
  constexpr int half = static_cast<int>(index_count) / 2;
  for (int i = -half; i < half; ++i)
    table[static_cast<std::size_t>(i) & (index_count - 1)] = compress(i);
  return table;
}

constexpr auto mu_samples = make_expansions(expand_mu);
constexpr auto a_samples = make_expansions(expand_a);
constexpr auto mu_codes = make_codes(compress_mu);
constexpr auto a_codes = make_codes(compress_a);

}  // namespace

void decode_g711(G711Law law, std::span<const std::uint8_t> bytes,
                 std::span<std::int16_t> samples) {
  AIVA_ASSERT(bytes.size() == samples.size());
  const auto& table = law == G711Law::mu ? mu_samples : a_samples;
  for (std::size_t i = 0; i < bytes.size(); ++i) samples[i] = table[bytes[i]];
}

void encode_g711(G711Law law, std::span<const std::int16_t> samples,
                 std::span<std::uint8_t> bytes) {
  AIVA_ASSERT(bytes.size() == samples.size());
  const auto& table = law == G711Law::mu ? mu_codes : a_codes;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto index = static_cast<std::uint16_t>(samples[i]) >> (16 - index_bits);
    bytes[i] = table[static_cast<std::size_t>(index)];
  }
}

}  // namespace aiva::audio
