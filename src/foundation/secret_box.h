#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva {

// Bytes of the key of a secret box.
inline constexpr std::size_t secret_box_key_size = 32;

// Encrypts `secret` with AES-256-GCM (NIST SP 800-38D) under a 32-byte key and a random nonce. The
// text that comes out opens only with the same key and the same `purpose`, which binds it to its
// place (for example the id of its row).
std::string seal_secret(std::string_view key, std::string_view secret, std::string_view purpose);

// Opens what seal_secret made. Fails with `internal` when the key or purpose is another, or the
// text was changed.
Result<std::string> open_secret(std::string_view key, std::string_view sealed,
                                std::string_view purpose);

// The same for many bytes: nonce, hidden bytes and tag, 28 more than `secret` has. Under one key at
// most 2^32 of them.
std::string seal_bytes(std::string_view key, std::string_view secret, std::string_view purpose);
Result<std::string> open_bytes(std::string_view key, std::string_view box,
                               std::string_view purpose);

}  // namespace aiva
