#include "foundation/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "foundation/result.h"

namespace aiva {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_value = 0xFF;
using DigitValues = std::array<std::uint8_t, 256>;

constexpr DigitValues values_of(std::string_view alphabet) {
  DigitValues values{};
  values.fill(no_value);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}

constexpr auto standard_values = values_of(standard_alphabet);
constexpr auto url_values = values_of(url_alphabet);

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  auto* to = out.data();
  auto byte_at = [&](std::size_t at) -> std::uint32_t {
    return static_cast<std::uint8_t>(bytes[at]);
  };
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    auto group = byte_at(at) << 16 | byte_at(at + 1) << 8 | byte_at(at + 2);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = alphabet[group >> 6 & 63];
    *to++ = alphabet[group & 63];
  }
  if (auto left = bytes.size() - at; left > 0) {
    auto group = byte_at(at) << 16 | (left == 2 ? byte_at(at + 1) << 8 : 0);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    if (left == 2) *to++ = alphabet[group >> 6 & 63];
  }
  if (!padded) out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

std::optional<std::string> decode(std::string_view text, const DigitValues& values, bool padded) {
  if (padded) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out(text.size() * 3 / 4, '\0');
  auto* to = out.data();
  std::uint32_t seen = 0;  // bits of all values; no_value has some that digits have not
  auto value_at = [&](std::size_t at) -> std::uint32_t {
    auto value = values[static_cast<std::uint8_t>(text[at])];
    seen |= value;
    return value;
  };
  std::size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) {
    auto group =
        value_at(at) << 18 | value_at(at + 1) << 12 | value_at(at + 2) << 6 | value_at(at + 3);
    *to++ = static_cast<char>(group >> 16 & 255);
    *to++ = static_cast<char>(group >> 8 & 255);
    *to++ = static_cast<char>(group & 255);
  }
  std::uint32_t group = 0;
  int bits = 0;
  for (; at < text.size(); ++at) {
    group = group << 6 | value_at(at);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    *to++ = static_cast<char>(group >> bits & 255);
  }
  if (seen > 63 || (group & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

void random_bytes(std::span<std::uint8_t> out) {
  AIVA_ASSERT(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

Sha256Digest sha256(std::string_view bytes) {
  Sha256Digest digest{};
  AIVA_ASSERT(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  AIVA_ASSERT(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  AIVA_ASSERT(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  AIVA_ASSERT(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1);
  return digest;
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view message) {
  Sha256Digest digest{};
  unsigned int length = 0;
  AIVA_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), as_bytes(message),
                   message.size(), digest.data(), &length) != nullptr);
  return digest;
}

std::string key_of_passphrase(std::string_view passphrase, std::string_view salt) {
  constexpr std::uint64_t memory_max = 64 * 1024 * 1024;
  std::array<std::uint8_t, 32> key{};
  AIVA_ASSERT(EVP_PBE_scrypt(passphrase.data(), passphrase.size(), as_bytes(salt), salt.size(),
                             1U << 15, 8, 1, memory_max, key.data(), key.size()) == 1);
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (auto byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string to_base64(std::string_view bytes) { return encode(bytes, standard_alphabet, true); }
std::optional<std::string> from_base64(std::string_view text) {
  return decode(text, standard_values, true);
}
std::string to_base64url(std::string_view bytes) { return encode(bytes, url_alphabet, false); }
std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, url_values, false);
}

std::string random_token(std::size_t byte_count) {
  std::string bytes(byte_count, '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return to_base64url(bytes);
}

}  // namespace aiva
