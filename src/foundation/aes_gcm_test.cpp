#include "foundation/aes_gcm.h"

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "foundation/crypto.h"

namespace aiva {
namespace {

std::string hex(const std::string& bytes) {
  return to_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

// Cases 13 and 14 of the specification's authors (McGrew and Viega, "The Galois/Counter Mode").
TEST(AesGcm, encrypts_as_its_specification_does) {
  std::string key(aes_key_size, '\0');
  std::string nonce(gcm_nonce_size, '\0');
  GcmInput input{.key = key, .nonce = nonce, .bound = ""};

  EXPECT_EQ(hex(seal_gcm(input, "")), "530f8afbc74536b9a963b4f1c4cb738b");
  EXPECT_EQ(hex(seal_gcm(input, std::string(16, '\0'))),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(AesGcm, opens_only_what_it_sealed) {
  std::string key(aes_key_size, 'k');
  std::string nonce(gcm_nonce_size, 'n');
  std::string other(aes_key_size, 'o');
  GcmInput input{.key = key, .nonce = nonce, .bound = "place"};
  auto sealed = seal_gcm(input, "secret");

  EXPECT_EQ(open_gcm(input, sealed), "secret");
  EXPECT_FALSE(open_gcm({.key = other, .nonce = nonce, .bound = "place"}, sealed));
  EXPECT_FALSE(open_gcm({.key = key, .nonce = nonce, .bound = "elsewhere"}, sealed));
  EXPECT_FALSE(open_gcm(input, sealed.substr(1)));
  EXPECT_FALSE(open_gcm(input, "short"));
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(open_gcm(input, changed)) << at;
  }
}

}  // namespace
}  // namespace aiva
