#include "foundation/ids.h"

#include <chrono>
#include <span>

#include "foundation/crypto.h"

namespace aiva {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr char hex_digits[] = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

// Random bytes for ids, fetched for many at a time: each call of the generator takes locks and asks
// the kernel whether the process has forked.
void take_random_bytes(std::span<std::uint8_t> out) {
  thread_local std::array<std::uint8_t, 1024> fetched{};
  thread_local std::size_t left = 0;
  if (left < out.size()) {
    random_bytes(fetched);
    left = fetched.size();
  }
  left -= out.size();
  std::memcpy(out.data(), fetched.data() + left, out.size());
}

}  // namespace

Uuid Uuid::make() {
  Uuid id;
  take_random_bytes(id.bytes);
  auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                 std::chrono::system_clock::now().time_since_epoch())
                 .count();
  auto unix_ms = static_cast<std::uint64_t>(now / ns_per_ms);
  for (int i = 0; i < 6; ++i)
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(unix_ms >> (8 * (5 - i)));
  // Twelve bits say where in the millisecond (RFC 9562, 6.2, method 3), so that what one thread
  // makes one after the other sorts so.
  auto fraction = static_cast<std::uint64_t>(now % ns_per_ms) * 4096 / ns_per_ms;
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (fraction >> 8));
  id.bytes[7] = static_cast<std::uint8_t>(fraction);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
  return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (has_dash_before(i) && text[at++] != '-') return std::nullopt;
    int high = hex_value(text[at]);
    int low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return id;
}

void Uuid::write(char* out) const {
  for (std::size_t i = 0; i < 16; ++i) {
    if (has_dash_before(i)) *out++ = '-';
    *out++ = hex_digits[bytes[i] >> 4];
    *out++ = hex_digits[bytes[i] & 0x0F];
  }
}

std::string Uuid::to_string() const {
  std::string text(36, '\0');
  write(text.data());
  return text;
}

}  // namespace aiva
