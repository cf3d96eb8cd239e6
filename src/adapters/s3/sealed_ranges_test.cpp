#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "adapters/s3/internal/sealed_object.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::s3 {
namespace {

constexpr std::size_t chunk = 65'536;
constexpr std::size_t stored_chunk = chunk + 16;

class SealedRangesTest : public ::testing::Test {
 protected:
  SealedRangesTest() : text_(3 * chunk + 5, 'x') {
    for (std::size_t i = 0; i < text_.size(); i += 3) text_[i] = static_cast<char>(i / 3);
    auto target = folder_.path() / "sealed";
    EXPECT_TRUE(seal_file(key_, "name", folder_.write("plain", text_), target).has_value());
    sealed_ = read_whole_file(target);
  }
  [[nodiscard]] Result<SealedObject> read_header(const std::string& sealed) const {
    return SealedObject::read(key_, "name", sealed.substr(0, seal_header_bytes));
  }
  // The range as it comes out of what is stored.
  [[nodiscard]] Result<std::string> read(ByteRange range, const std::string& sealed) const {
    TRY(auto object, read_header(sealed));
    auto wanted = object.stored_range(range);
    if (wanted.size == 0) return object.open_range(range, "");
    if (wanted.offset > sealed.size()) return object.open_range(range, "");
    return object.open_range(range, sealed.substr(wanted.offset, wanted.size));
  }

  TemporaryFolder folder_;
  std::string key_ = std::string(32, 'k');
  std::string text_;
  std::string sealed_;
};

TEST_F(SealedRangesTest, are_those_of_what_was_put) {
  for (std::size_t offset : {std::size_t{0}, chunk - 1, chunk, chunk + 1, 3 * chunk - 1, 3 * chunk,
                             3 * chunk + 4, 3 * chunk + 5, 5 * chunk})
    for (std::size_t size : {std::size_t{1}, chunk - 1, chunk, chunk + 1, 4 * chunk}) {
      auto expected = offset < text_.size() ? text_.substr(offset, size) : std::string();
      auto bytes = read({.offset = offset, .size = size}, sealed_);
      ASSERT_TRUE(bytes.has_value()) << offset << " " << size;
      EXPECT_TRUE(*bytes == expected) << offset << " " << size;
    }
  EXPECT_EQ(read({.offset = UINT64_MAX, .size = 1}, sealed_), "");
}

TEST_F(SealedRangesTest, notice_chunks_in_another_order_and_missing_ones) {
  auto first = sealed_.substr(seal_header_bytes, stored_chunk);
  auto second = sealed_.substr(seal_header_bytes + stored_chunk, stored_chunk);
  auto swapped = sealed_;
  swapped.replace(seal_header_bytes, 2 * stored_chunk, second + first);
  auto shorter = sealed_;
  shorter.erase(seal_header_bytes + stored_chunk, stored_chunk);

  EXPECT_FALSE(read({.offset = 0, .size = 1}, swapped).has_value());
  EXPECT_FALSE(read({.offset = chunk, .size = 1}, swapped).has_value());
  EXPECT_FALSE(read({.offset = chunk, .size = 1}, shorter).has_value());
  EXPECT_FALSE(read({.offset = 3 * chunk, .size = 5}, shorter).has_value());
}

// Headers are believed only when a chunk opens with them, but reckoned with before.
TEST_F(SealedRangesTest, ask_for_no_more_than_is_wanted_whatever_a_header_says) {
  auto say_size = [this](const std::string& eight) {
    auto forged = sealed_;
    forged.replace(12, 8, eight);
    return read_header(forged);
  };
  std::string largest("\0\x04\0\0\0\0\0\0", 8);
  std::string too_large("\0\x04\0\0\0\0\0\x01", 8);

  auto object = say_size(largest);
  ASSERT_TRUE(object.has_value());
  for (std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{chunk - 1}, object->size() - 1})
    EXPECT_LE(object->stored_range({.offset = offset, .size = chunk}).size, 2 * stored_chunk);
  EXPECT_EQ(object->stored_range({.offset = UINT64_MAX, .size = 1}).size, 0U);
  EXPECT_FALSE(say_size(too_large).has_value());
  EXPECT_FALSE(say_size(std::string(8, '\xFF')).has_value());
}

}  // namespace
}  // namespace aiva::s3
