#include "foundation/crypto.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

TEST(Crypto, hashes_the_published_vectors) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Crypto, hashes_pieces_like_the_whole) {
  Sha256 hash;
  hash.update("a");
  hash.update("bc");

  EXPECT_EQ(hash.finish(), sha256("abc"));
}

TEST(Crypto, makes_the_same_key_of_a_passphrase_and_its_salt_only) {
  auto key = key_of_passphrase("correct horse", "0123456789abcdef");

  EXPECT_EQ(key.size(), 32U);
  EXPECT_EQ(key, key_of_passphrase("correct horse", "0123456789abcdef"));
  EXPECT_NE(key, key_of_passphrase("correct horsf", "0123456789abcdef"));
  EXPECT_NE(key, key_of_passphrase("correct horse", "0123456789abcdeg"));
}

TEST(Base64, round_trips_every_length) {
  std::string bytes;
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64, writes_what_the_standard_shows) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xFB\xFF"), "+/8=");
  EXPECT_EQ(to_base64url("\xFB\xFF"), "-_8");
  EXPECT_EQ(to_base64url("fooba"), "Zm9vYmE");
}

TEST(Base64, refuses_what_no_encoder_writes) {
  EXPECT_FALSE(from_base64("abc"));
  EXPECT_FALSE(from_base64("ab=c"));
  EXPECT_FALSE(from_base64url("a"));
  EXPECT_FALSE(from_base64url("a+"));
  EXPECT_FALSE(from_base64url("QQE=")) << "padding is not part of base64url";
  EXPECT_FALSE(from_base64url("QR")) << "leftover bits must be zero";
  std::string digits(11, 'A');
  for (auto& digit : digits) {
    digit = '*';
    EXPECT_FALSE(from_base64url(digits)) << digits;
    digit = 'A';
  }
  EXPECT_TRUE(from_base64url(digits));
}

TEST(Base64, takes_padding_at_the_end_only_and_no_other_bytes) {
  for (std::string_view text : {"=", "==", "===", "====", "A===", "Zg=", "Zg===", "=Zg=", "Zm=v",
                                "Zg==Zg==", "Zm9v====", "Zm9v ", "\nZm9v", "Zh==", "Zm9="})
    EXPECT_FALSE(from_base64(text)) << text;
  std::string valid = "AAAABBBB";
  for (std::size_t at = 0; at < valid.size(); ++at)
    for (int byte = 0; byte < 256; ++byte) {
      auto text = valid;
      text[at] = static_cast<char>(byte);
      bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
      bool is_digit = is_letter || (byte >= '0' && byte <= '9') || byte == '+' || byte == '/';
      EXPECT_EQ(from_base64(text).has_value(), is_digit) << at << " " << byte;
    }
}

TEST(Crypto, compares_equal_only_what_is_equal) {
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secre"));
}

}  // namespace
}  // namespace aiva
