#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "foundation/crypto.h"

namespace aiva::http::testing {

// A certificate for "localhost" and its key, made now, in files that are deleted with this.
class SelfSigned {
 public:
  SelfSigned() {
    std::filesystem::create_directories(folder_);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    write(certificate_path(),
          [certificate](std::FILE* file) { return PEM_write_X509(file, certificate); });
    write(private_key(), [key](std::FILE* file) {
      return PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~SelfSigned() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;

  [[nodiscard]] std::filesystem::path certificate() const { return certificate_path(); }
  [[nodiscard]] std::filesystem::path private_key() const { return folder_ / "key.pem"; }

 private:
  [[nodiscard]] std::filesystem::path certificate_path() const { return folder_ / "chain.pem"; }
  template <class Content>
  static void write(const std::filesystem::path& path, Content content) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    content(file);
    std::fclose(file);
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("aiva-tls-" + random_token(9));
};

}  // namespace aiva::http::testing
