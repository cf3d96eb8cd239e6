#include "capabilities/backup/internal/packing.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::backup {
namespace {

const std::string key(32, 'k');
constexpr std::size_t most = 1'000'000;

std::string mixed_text() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "row " + std::to_string(i * i) + ";";
  return text;
}

TEST(Packing, gives_back_what_it_packed) {
  for (const auto& text : {std::string(), std::string("short"), mixed_text()})
    for (const auto& some : {std::string(), key}) {
      auto packed = pack(text, some, "chunk 1");
      EXPECT_EQ(unpack(packed, some, "chunk 1", most).value_or("failed"), text);
    }
}

TEST(Packing, makes_text_shorter_and_nothing_much_longer) {
  EXPECT_LT(pack(mixed_text(), "", "").size(), mixed_text().size() / 2);
  EXPECT_EQ(pack("short", "", "").size(), 17U);
}

TEST(Packing, opens_sealed_bytes_with_their_key_and_purpose_only) {
  auto packed = pack("text", key, "chunk 1");

  EXPECT_FALSE(unpack(packed, std::string(32, 'x'), "chunk 1", most));
  EXPECT_FALSE(unpack(packed, key, "chunk 2", most));
  EXPECT_FALSE(unpack(packed, "", "chunk 1", most));
  EXPECT_FALSE(unpack(pack("text", "", "chunk 1"), key, "chunk 1", most));
}

TEST(Packing, notices_every_changed_byte_of_what_is_sealed) {
  auto packed = pack("text", key, "chunk 1");

  for (std::size_t i = 0; i < packed.size(); ++i) {
    auto changed = packed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(unpack(changed, key, "chunk 1", most)) << i;
  }
}

TEST(Packing, refuses_more_bytes_than_there_may_be_and_cut_ones) {
  auto packed = pack(mixed_text(), "", "");

  EXPECT_FALSE(unpack(packed, "", "", mixed_text().size() - 1));
  for (std::size_t size : {std::size_t{0}, std::size_t{11}, packed.size() / 2, packed.size() - 1})
    EXPECT_FALSE(unpack(packed.substr(0, size), "", "", most)) << size;
}

}  // namespace
}  // namespace aiva::backup
