#include "capabilities/identity/internal/passwords.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "foundation/crypto.h"

namespace aiva::identity {
namespace {

constexpr std::size_t characters_min = 8;
constexpr std::size_t bytes_max = 72;
constexpr std::size_t random_length = 20;
// 56 characters without 0 O 1 I l o, which look alike.
constexpr std::string_view alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
static_assert(alphabet.size() == 56);

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

// One draw without bias: bytes beyond the last whole multiple are drawn again.
char draw_character() {
  for (;;) {
    std::array<std::uint8_t, 1> byte{};
    random_bytes(byte);
    if (byte[0] < 256 / alphabet.size() * alphabet.size())
      return alphabet[byte[0] % alphabet.size()];
  }
}

}  // namespace

bool is_hashable(std::string_view password) {
  return password.size() <= bytes_max && password.find('\0') == std::string_view::npos;
}

Result<void> check_new_password(std::string_view field, std::string_view password) {
  const char* wrong = nullptr;
  if (count_characters(password) < characters_min)
    wrong = "must have at least 8 characters";
  else if (password.size() > bytes_max)
    wrong = "must have at most 72 bytes";
  else if (!is_hashable(password))
    wrong = "must not contain a NUL character";
  else if (!std::ranges::any_of(password, is_upper))
    wrong = "must contain an upper case letter";
  else if (!std::ranges::any_of(password, is_digit))
    wrong = "must contain a digit";
  if (wrong != nullptr) return fail(invalid_field(std::string(field), wrong));
  return {};
}

std::string make_random_password() {
  for (;;) {
    std::string password(random_length, '\0');
    std::ranges::generate(password, draw_character);
    if (check_new_password("password", password)) return password;
  }
}

}  // namespace aiva::identity
