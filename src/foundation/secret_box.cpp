#include "foundation/secret_box.h"

#include <cstdint>
#include <span>

#include "foundation/aes_gcm.h"
#include "foundation/crypto.h"

namespace aiva {
namespace {

constexpr std::string_view version = "v1.";

}  // namespace

std::string seal_bytes(std::string_view key, std::string_view secret, std::string_view purpose) {
  std::string nonce(gcm_nonce_size, '\0');
  random_bytes(std::span(reinterpret_cast<std::uint8_t*>(nonce.data()), nonce.size()));
  return nonce + seal_gcm({.key = key, .nonce = nonce, .bound = purpose}, secret);
}

Result<std::string> open_bytes(std::string_view key, std::string_view box,
                               std::string_view purpose) {
  if (box.size() < gcm_nonce_size + gcm_tag_size)
    return fail(internal_error("a sealed secret is malformed"));
  auto secret = open_gcm({.key = key, .nonce = box.substr(0, gcm_nonce_size), .bound = purpose},
                         box.substr(gcm_nonce_size));
  if (!secret)
    return fail(internal_error("a sealed secret does not open: another master key, or damaged"));
  return *std::move(secret);
}

std::string seal_secret(std::string_view key, std::string_view secret, std::string_view purpose) {
  return std::string(version) + to_base64url(seal_bytes(key, secret, purpose));
}

Result<std::string> open_secret(std::string_view key, std::string_view sealed,
                                std::string_view purpose) {
  if (!sealed.starts_with(version)) return fail(internal_error("a sealed secret is malformed"));
  auto box = from_base64url(sealed.substr(version.size()));
  if (!box) return fail(internal_error("a sealed secret is malformed"));
  return open_bytes(key, *box, purpose);
}

}  // namespace aiva
