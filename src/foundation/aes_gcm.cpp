#include "foundation/aes_gcm.h"

#include <openssl/evp.h>

#include <memory>

#include "foundation/result.h"

namespace aiva {
namespace {

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

void check(const GcmInput& input) {
  AIVA_ASSERT(input.key.size() == aes_key_size && input.nonce.size() == gcm_nonce_size);
}

}  // namespace

std::string seal_gcm(const GcmInput& input, std::string_view plain) {
  check(input);
  std::string sealed(plain.size() + gcm_tag_size, '\0');
  Cipher cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  bool is_sealed =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(input.key),
                         bytes_of(input.nonce)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &written, bytes_of(input.bound),
                        length_of(input.bound)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(sealed), &written, bytes_of(plain),
                        length_of(plain)) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes_of(sealed, plain.size()), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(gcm_tag_size),
                          bytes_of(sealed, plain.size())) == 1;
  AIVA_ASSERT(is_sealed);
  return sealed;
}

std::optional<std::string> open_gcm(const GcmInput& input, std::string_view sealed) {
  check(input);
  if (sealed.size() < gcm_tag_size) return std::nullopt;
  auto hidden = sealed.substr(0, sealed.size() - gcm_tag_size);
  std::string tag(sealed.substr(hidden.size()));
  std::string plain(hidden.size(), '\0');
  Cipher cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  bool is_opened = EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(input.key),
                                      bytes_of(input.nonce)) == 1 &&
                   EVP_DecryptUpdate(cipher.get(), nullptr, &written, bytes_of(input.bound),
                                     length_of(input.bound)) == 1 &&
                   EVP_DecryptUpdate(cipher.get(), bytes_of(plain), &written, bytes_of(hidden),
                                     length_of(hidden)) == 1 &&
                   EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG,
                                       static_cast<int>(gcm_tag_size), bytes_of(tag)) == 1 &&
                   EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain, plain.size()), &written) == 1;
  if (!is_opened) return std::nullopt;
  return plain;
}

}  // namespace aiva
