#include "adapters/openai_realtime/internal/audio_text.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "foundation/flat_object.h"

namespace aiva::openai_realtime {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t not_a_digit = 0xFF000000;
constexpr std::string_view delta_type = "response.output_audio.delta";

using Table = std::array<std::uint32_t, 256>;

// What a digit means at its place among four; wrong ones set bits no digit sets.
constexpr Table digits_at(int shift) {
  Table table{};
  table.fill(not_a_digit);
  for (std::uint32_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<std::uint8_t>(alphabet[i])] = i << static_cast<unsigned>(shift);
  return table;
}

constexpr Table first = digits_at(18);
constexpr Table second = digits_at(12);
constexpr Table third = digits_at(6);
constexpr Table fourth = digits_at(0);

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

char digit(std::uint32_t bits, unsigned shift) { return alphabet[bits >> shift & 63U]; }

std::uint32_t bits_of(const char* at, char three, char four) {
  return first[byte_of(at[0])] | second[byte_of(at[1])] | third[byte_of(three)] |
         fourth[byte_of(four)];
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  auto begin = out.size();
  out.resize(begin + (bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data() + begin;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3, to += 4) {
    auto bits = static_cast<std::uint32_t>(byte_of(bytes[i])) << 16U |
                static_cast<std::uint32_t>(byte_of(bytes[i + 1])) << 8U | byte_of(bytes[i + 2]);
    to[0] = digit(bits, 18);
    to[1] = digit(bits, 12);
    to[2] = digit(bits, 6);
    to[3] = digit(bits, 0);
  }
  auto left = bytes.size() - i;
  if (left == 0) return;
  auto bits = static_cast<std::uint32_t>(byte_of(bytes[i])) << 16U;
  if (left == 2) bits |= static_cast<std::uint32_t>(byte_of(bytes[i + 1])) << 8U;
  to[0] = digit(bits, 18);
  to[1] = digit(bits, 12);
  if (left == 2) to[2] = digit(bits, 6);
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string();
  std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes(text.size() / 4 * 3, '\0');
  char* to = bytes.data();
  const char* at = text.data();
  const char* last = at + text.size() - 4;
  std::uint32_t wrong = 0;
  for (; at != last; at += 4, to += 3) {
    auto bits = bits_of(at, at[2], at[3]);
    wrong |= bits;
    to[0] = static_cast<char>(bits >> 16U);
    to[1] = static_cast<char>(bits >> 8U);
    to[2] = static_cast<char>(bits);
  }
  auto bits = bits_of(at, padding == 2 ? 'A' : at[2], padding > 0 ? 'A' : at[3]);
  wrong |= bits;
  to[0] = static_cast<char>(bits >> 16U);
  to[1] = static_cast<char>(bits >> 8U);
  to[2] = static_cast<char>(bits);
  if ((wrong & not_a_digit) != 0) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::optional<AudioDelta> scan_audio_delta(std::string_view text) {
  if (!text.substr(0, 200).contains(delta_type)) return std::nullopt;
  FlatObject object(text);
  if (!object.begin()) return std::nullopt;
  AudioDelta delta;
  bool is_delta = false;
  do {
    auto member = object.next();
    if (!member) return std::nullopt;
    if (member->name == "type") is_delta = member->value == delta_type;
    if (member->name == "response_id") delta.answer = member->value;
    if (member->name == "item_id") delta.item = member->value;
    if (member->name == "delta") delta.audio = member->value;
  } while (object.has_more());
  if (!object.end() || !is_delta) return std::nullopt;
  return delta;
}

}  // namespace aiva::openai_realtime
