#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aiva {

using Sha256Digest = std::array<std::uint8_t, 32>;

// Fills `out` from the operating system's generator; ends the program if that fails.
void random_bytes(std::span<std::uint8_t> out);

// SHA-256 (FIPS 180-4) of `bytes`.
Sha256Digest sha256(std::string_view bytes);

// SHA-256 of a stream of pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  // The digest of all pieces so far; call once.
  Sha256Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// HMAC-SHA-256 (RFC 2104).
Sha256Digest hmac_sha256(std::string_view key, std::string_view message);

// 32 bytes out of a passphrase by scrypt (RFC 7914) with N = 2^15, r = 8, p = 1: 32 MiB of memory
// and some tenths of a second, so that guessing is dear. `salt`: 16 random bytes kept beside.
std::string key_of_passphrase(std::string_view passphrase, std::string_view salt);

// Compares in a time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> bytes);

// Base64 with padding (RFC 4648 §4).
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

// Base64url without padding (RFC 4648 §5), as JWT uses it.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

// A random token of `byte_count` random bytes in base64url.
std::string random_token(std::size_t byte_count);

}  // namespace aiva
