#include "foundation/secret_box.h"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <span>

#include "foundation/crypto.h"

namespace aiva {
namespace {

constexpr std::string_view version = "v1.";
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text, std::size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(text.data() + offset);
}
int length_of(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

std::string seal_bytes(std::string_view key, std::string_view secret, std::string_view purpose) {
  AIVA_ASSERT(key.size() == secret_box_key_size);
  std::string box(nonce_size + secret.size() + tag_size, '\0');
  random_bytes(std::span(bytes_of(box), nonce_size));
  Cipher cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  bool is_sealed =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), bytes_of(box)) ==
          1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &written, bytes_of(purpose), length_of(purpose)) ==
          1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(box, nonce_size), &written, bytes_of(secret),
                        length_of(secret)) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes_of(box, nonce_size + secret.size()), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_size),
                          bytes_of(box, nonce_size + secret.size())) == 1;
  AIVA_ASSERT(is_sealed);
  return box;
}

Result<std::string> open_bytes(std::string_view key, std::string_view box,
                               std::string_view purpose) {
  AIVA_ASSERT(key.size() == secret_box_key_size);
  if (box.size() < nonce_size + tag_size)
    return fail(internal_error("a sealed secret is malformed"));
  auto secret_size = box.size() - nonce_size - tag_size;
  std::string_view hidden = box.substr(nonce_size, secret_size);
  std::string tag(box.substr(nonce_size + secret_size));
  std::string secret(secret_size, '\0');
  Cipher cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  bool is_opened = EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                                      bytes_of(box)) == 1 &&
                   EVP_DecryptUpdate(cipher.get(), nullptr, &written, bytes_of(purpose),
                                     length_of(purpose)) == 1 &&
                   EVP_DecryptUpdate(cipher.get(), bytes_of(secret), &written, bytes_of(hidden),
                                     length_of(hidden)) == 1 &&
                   EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG,
                                       static_cast<int>(tag_size), bytes_of(tag)) == 1 &&
                   EVP_DecryptFinal_ex(cipher.get(), bytes_of(secret, secret_size), &written) == 1;
  if (!is_opened)
    return fail(internal_error("a sealed secret does not open: another master key, or damaged"));
  return secret;
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
