#include "load/call_load/marks.h"

#include <cstring>
#include <vector>

#include "audio/g711.h"

namespace aiva::load {
namespace {

constexpr std::uint8_t first_code = 0x80;  // 64 loud values follow it
constexpr std::uint8_t filler = 0xB5;
constexpr std::array<std::uint8_t, 2> magic = {0x9A, 0xA5};
constexpr std::uint32_t digit_bits = 6;
constexpr std::uint32_t digits = 3;

void write_number(char* to, std::uint32_t number) {
  for (std::uint32_t digit = 0; digit < digits; ++digit)
    to[digit] = static_cast<char>(first_code + (number >> (digit_bits * digit) & 63U));
}

std::uint32_t read_number(const char* from) {
  std::uint32_t number = 0;
  for (std::uint32_t digit = 0; digit < digits; ++digit)
    number |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(from[digit]) - first_code)
              << (digit_bits * digit);
  return number;
}

}  // namespace

std::string marked_frame(FrameMark mark) {
  std::string frame(frame_samples, static_cast<char>(filler));
  std::memcpy(frame.data(), magic.data(), magic.size());
  write_number(frame.data() + 2, mark.caller);
  write_number(frame.data() + 2 + digits, mark.number);
  return frame;
}

std::string linear(std::string_view mu_law) {
  std::vector<std::int16_t> samples(mu_law.size());
  audio::decode_g711(audio::G711Law::mu,
                     {reinterpret_cast<const std::uint8_t*>(mu_law.data()), mu_law.size()},
                     samples);
  return {reinterpret_cast<const char*>(samples.data()), samples.size() * 2};
}

std::optional<FrameMark> read_mark(std::string_view mu_law) {
  if (mu_law.size() < mark_bytes || std::memcmp(mu_law.data(), magic.data(), magic.size()) != 0)
    return std::nullopt;
  for (char c : mu_law.substr(2, mark_bytes - 2))
    if (static_cast<std::uint8_t>(c) < first_code || static_cast<std::uint8_t>(c) > first_code + 63)
      return std::nullopt;
  return FrameMark{.caller = read_number(mu_law.data() + 2),
                   .number = read_number(mu_law.data() + 2 + digits)};
}

std::optional<FrameMark> read_linear_mark(std::string_view samples) {
  if (samples.size() < 2 * mark_bytes || samples.substr(0, 2) == std::string_view("\0\0", 2))
    return std::nullopt;
  std::array<std::int16_t, mark_bytes> head{};
  std::memcpy(head.data(), samples.data(), sizeof head);
  std::array<std::uint8_t, mark_bytes> codes{};
  audio::encode_g711(audio::G711Law::mu, head, codes);
  return read_mark({reinterpret_cast<const char*>(codes.data()), codes.size()});
}

}  // namespace aiva::load
