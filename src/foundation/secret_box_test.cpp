#include "foundation/secret_box.h"

#include <gtest/gtest.h>

namespace aiva {
namespace {

const std::string key(secret_box_key_size, 'k');

TEST(SecretBox, opens_what_it_sealed) {
  for (const auto* secret : {"", "s", "a longer secret with \xC3\xA9"}) {
    auto sealed = seal_secret(key, secret, "row 1");
    EXPECT_EQ(open_secret(key, sealed, "row 1").value_or("failed"), secret);
  }
}

TEST(SecretBox, never_seals_the_same_way_twice) {
  EXPECT_NE(seal_secret(key, "secret", "row 1"), seal_secret(key, "secret", "row 1"));
}

TEST(SecretBox, stays_closed_for_another_key_or_purpose) {
  auto sealed = seal_secret(key, "secret", "row 1");

  EXPECT_FALSE(open_secret(std::string(secret_box_key_size, 'x'), sealed, "row 1").has_value());
  EXPECT_FALSE(open_secret(key, sealed, "row 2").has_value());
}

TEST(SecretBox, notices_every_changed_character) {
  auto sealed = seal_secret(key, "secret", "row 1");

  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_secret(key, changed, "row 1").has_value()) << i;
  }
  EXPECT_FALSE(open_secret(key, "", "row 1").has_value());
  EXPECT_FALSE(open_secret(key, sealed.substr(0, 10), "row 1").has_value());
}

TEST(SecretBox, opens_bytes_it_sealed_and_no_changed_ones) {
  std::string secret("bytes\0of any kind\xff", 19);

  auto box = seal_bytes(key, secret, "chunk 1");

  EXPECT_EQ(box.size(), secret.size() + 28);
  EXPECT_EQ(open_bytes(key, box, "chunk 1").value_or("failed"), secret);
  EXPECT_FALSE(open_bytes(key, box, "chunk 2").has_value());
  for (std::size_t i = 0; i < box.size(); ++i) {
    auto changed = box;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_bytes(key, changed, "chunk 1").has_value()) << i;
  }
  EXPECT_FALSE(open_bytes(key, box.substr(0, 27), "chunk 1").has_value());
}

}  // namespace
}  // namespace aiva
