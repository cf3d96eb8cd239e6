#include "documents/pictures/hevc_size.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::documents {
namespace {

// Puts a parameter set together bit by bit, as H.265 7.3.2.2 lists them.
class SequenceWriter {
 public:
  SequenceWriter& bits(unsigned long value, int count) {
    for (int i = count; i-- > 0;) bits_ += (value >> i & 1) != 0 ? '1' : '0';
    return *this;
  }
  SequenceWriter& golomb(unsigned long value) {
    int length = 1;
    while ((value + 1) >> length != 0) ++length;
    return bits(0, length - 1).bits(value + 1, length);
  }
  [[nodiscard]] std::string unit() const {
    std::string bytes = {0x42, 0x01};
    auto padded = bits_ + std::string(16 - bits_.size() % 8, '0');
    for (std::size_t i = 0; i < padded.size(); i += 8) {
      auto byte = static_cast<char>(std::stoi(padded.substr(i, 8), nullptr, 2));
      if (byte >= 0 && byte <= 3 && bytes.ends_with(std::string_view("\0\0", 2))) bytes += '\3';
      bytes += byte;
    }
    return bytes;
  }

 private:
  std::string bits_;
};

SequenceWriter begin_sequence(unsigned long sub_layers) {
  SequenceWriter writer;
  writer.bits(0, 4).bits(sub_layers, 3).bits(1, 1);
  for (int i = 0; i < 12; ++i) writer.bits(0, 8);  // profile and level
  return writer;
}

void expect_size(const std::string& unit, std::int64_t width, std::int64_t height) {
  auto size = read_sequence_size(unit);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, width);
  EXPECT_EQ(size->height, height);
}

TEST(HevcSize, reads_the_size_among_bytes_that_keep_zeros_apart) {
  auto unit = begin_sequence(0).golomb(0).golomb(1).golomb(4032).golomb(3024).unit();

  ASSERT_NE(unit.find(std::string_view("\0\0\3", 3)), std::string::npos);
  expect_size(unit, 4032, 3024);
}

TEST(HevcSize, reads_the_size_behind_full_chroma_and_layers) {
  auto full = begin_sequence(0).golomb(0).golomb(3).bits(0, 1).golomb(16384).golomb(8).unit();
  auto layers = begin_sequence(2).bits(0b1101, 4).bits(0, 12).bits(0, 60).bits(0, 44);

  expect_size(full, 16384, 8);
  expect_size(layers.golomb(0).golomb(1).golomb(640).golomb(480).unit(), 640, 480);
}

TEST(HevcSize, knows_when_there_is_none) {
  auto unit = begin_sequence(0).golomb(0).golomb(1).golomb(640).golomb(480).unit();

  for (std::size_t bytes = 0; bytes < 15; ++bytes)
    EXPECT_FALSE(read_sequence_size(unit.substr(0, bytes))) << bytes;
  EXPECT_FALSE(read_sequence_size("\x26" + unit.substr(1))) << "a picture, not a parameter set";
  EXPECT_FALSE(
      read_sequence_size(begin_sequence(0).golomb(0).golomb(1).golomb(0).golomb(0).unit()));
}

}  // namespace
}  // namespace aiva::documents
