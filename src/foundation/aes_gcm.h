#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace aiva {

inline constexpr std::size_t aes_key_size = 32;
inline constexpr std::size_t gcm_nonce_size = 12;
inline constexpr std::size_t gcm_tag_size = 16;

// What AES-256-GCM (NIST SP 800-38D) works with. A key must never meet the same nonce twice.
struct GcmInput {
  std::string_view key;    // aes_key_size bytes
  std::string_view nonce;  // gcm_nonce_size bytes
  std::string_view bound;  // not encrypted; opening needs the same
};

// `plain` encrypted, and the tag behind it.
std::string seal_gcm(const GcmInput& input, std::string_view plain);

// What seal_gcm encrypted; nothing where key, nonce or bound are others, or a bit was changed.
std::optional<std::string> open_gcm(const GcmInput& input, std::string_view sealed);

}  // namespace aiva
