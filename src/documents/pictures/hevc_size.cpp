#include "documents/pictures/hevc_size.h"

#include <string>
#include <utility>

namespace aiva::documents {
namespace {

constexpr std::size_t unit_header_bytes = 2;
constexpr unsigned sequence_header = 33;  // nal_unit_type SPS_NUT
// What is read of a set lies within its first bytes, with seven layers too.
constexpr std::size_t bytes_max = 256;
constexpr std::size_t profile_bits = 88;
constexpr std::size_t level_bits = 8;

// Reads bits, the highest of a byte first; behind the end they are zero.
class Bits {
 public:
  explicit Bits(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint32_t take(int count) {
    std::uint32_t value = 0;
    for (; count > 0; --count) value = value << 1 | next();
    return value;
  }
  void skip(std::size_t count) { at_ += count; }
  // H.265 9.2, Exp-Golomb.
  std::uint32_t golomb() {
    int zeros = 0;
    while (zeros < 31 && next() == 0) ++zeros;
    return (std::uint32_t{1} << zeros) - 1 + take(zeros);
  }
  [[nodiscard]] bool is_overrun() const { return at_ > bytes_.size() * 8; }

 private:
  std::uint32_t next() {
    auto at = at_++;
    if (at / 8 >= bytes_.size()) return 0;
    return static_cast<unsigned char>(bytes_[at / 8]) >> (7 - at % 8) & 1U;
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

// H.265 7.3.1.1: a 3 after two zeros only keeps them from looking like the beginning of a unit.
std::string without_emulation(std::string_view unit) {
  std::string bytes;
  int zeros = 0;
  for (char byte : unit.substr(0, bytes_max)) {
    bool is_kept = byte != 3 || zeros < 2;
    if (is_kept) bytes += byte;
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return bytes;
}

// H.265 7.3.3.
void skip_profile(Bits& bits, std::uint32_t sub_layers) {
  bits.skip(profile_bits + level_bits);
  if (sub_layers == 0) return;
  std::size_t present = 0;
  for (std::uint32_t i = 0; i < sub_layers; ++i) {
    present += bits.take(1) == 1 ? profile_bits : 0;
    present += bits.take(1) == 1 ? level_bits : 0;
  }
  bits.skip(std::size_t{2} * (8 - sub_layers) + present);
}

}  // namespace

bool is_sequence_header(std::string_view unit) {
  return !unit.empty() && (static_cast<unsigned char>(unit.front()) >> 1 & 0x3F) == sequence_header;
}

std::optional<CodedSize> read_sequence_size(std::string_view unit) {
  if (!is_sequence_header(unit) || unit.size() < unit_header_bytes) return std::nullopt;
  Bits bits(without_emulation(unit.substr(unit_header_bytes)));
  bits.skip(4);
  auto sub_layers = bits.take(3);
  bits.skip(1);
  skip_profile(bits, sub_layers);
  bits.golomb();
  bool is_full_chroma = bits.golomb() == 3;
  if (is_full_chroma) bits.skip(1);
  CodedSize size{.width = bits.golomb(), .height = bits.golomb()};
  if (bits.is_overrun() || size.width == 0 || size.height == 0) return std::nullopt;
  return size;
}

}  // namespace aiva::documents
