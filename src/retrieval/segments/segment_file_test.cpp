#include "retrieval/segments/segment_file.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ports/testing/temporary_folder.h"
#include "retrieval/segments/checksum.h"

namespace aiva::retrieval {
namespace {

class SegmentFile : public testing::Test {
 protected:
  // A file of two sections, one of them longer than a checksum's block.
  void write() {
    auto writer = SegmentFileWriter::create(path_);
    ASSERT_TRUE(writer.has_value()) << writer.error().cause;
    auto keys = (*writer)->reserve_values<std::uint64_t>(SectionKind::row_keys, 20'000);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i * i;
    auto text = (*writer)->reserve(SectionKind::keyword_terms, 5);
    std::memcpy(text.data(), "hello", 5);
    (*writer)->reserve(SectionKind::group_keys, 0);
    auto finished = (*writer)->finish();
    ASSERT_TRUE(finished.has_value()) << finished.error().cause;
  }
  std::string read_bytes() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write_bytes(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), std::ssize(bytes));
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "1.segment";
};

TEST(Crc32c, has_the_check_value_of_its_standard) {
  constexpr std::string_view digits = "123456789";

  EXPECT_EQ(crc32c(std::as_bytes(std::span(digits))), 0xE3069283U);
  EXPECT_EQ(crc32c_by_table(std::as_bytes(std::span(digits))), 0xE3069283U);
}

TEST(Crc32c, is_the_same_with_and_without_the_instruction_and_in_pieces) {
  std::mt19937 random(1);
  std::vector<std::byte> bytes(1000);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  std::span<const std::byte> all = bytes;

  for (std::size_t size : {0U, 1U, 7U, 8U, 9U, 63U, 999U})
    EXPECT_EQ(crc32c(all.first(size)), crc32c_by_table(all.first(size)));
  EXPECT_EQ(crc32c(all.subspan(100), crc32c(all.first(100))), crc32c(all));
}

TEST_F(SegmentFile, gives_back_its_sections) {
  write();

  auto segment = MappedSegment::open(path_);

  ASSERT_TRUE(segment.has_value()) << segment.error().cause;
  const auto& table = (*segment)->table();
  auto keys = table.values<std::uint64_t>(SectionKind::row_keys);
  ASSERT_EQ(keys.size(), 20'000U);
  EXPECT_EQ(keys[19'999], 19'999ULL * 19'999);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(keys.data()) % 64, 0U);
  auto text = table.find(SectionKind::keyword_terms);
  EXPECT_EQ(std::memcmp(text.data(), "hello", text.size()), 0);
  EXPECT_TRUE(table.find(SectionKind::group_keys).empty());
  EXPECT_TRUE(table.find(SectionKind::vector_codes).empty());
  EXPECT_TRUE((*segment)->verify().has_value());
}

TEST_F(SegmentFile, leaves_nothing_when_it_is_not_finished) {
  {
    auto writer = SegmentFileWriter::create(path_);
    ASSERT_TRUE(writer.has_value());
    (*writer)->reserve(SectionKind::row_keys, 100);
  }

  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  EXPECT_EQ(MappedSegment::open(path_).error().code, ErrorCode::not_found);
}

TEST_F(SegmentFile, tells_which_block_was_changed) {
  write();
  auto bytes = read_bytes();
  bytes[4096 + 70'000] ^= 1;
  write_bytes(bytes);

  auto segment = MappedSegment::open(path_);

  ASSERT_TRUE(segment.has_value());
  EXPECT_TRUE((*segment)->verify(SectionKind::keyword_terms).has_value());
  auto verified = (*segment)->verify();
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().code, ErrorCode::invalid);
  EXPECT_EQ(verified.error().cause, "block 1 of section 1");
}

TEST_F(SegmentFile, refuses_a_damaged_head_or_directory_and_short_files) {
  write();
  const auto whole = read_bytes();
  auto directory_at = whole.size() - 10;

  for (std::size_t at : {std::size_t{0}, std::size_t{9}, std::size_t{17}, directory_at}) {
    auto bytes = whole;
    bytes[at] ^= 0x40;
    write_bytes(bytes);
    EXPECT_EQ(MappedSegment::open(path_).error().code, ErrorCode::invalid) << at;
  }
  for (std::size_t size : {std::size_t{0}, std::size_t{64}, std::size_t{5000}, whole.size() - 1}) {
    write_bytes(std::string_view(whole).substr(0, size));
    EXPECT_EQ(MappedSegment::open(path_).error().code, ErrorCode::invalid) << size;
  }
}

TEST_F(SegmentFile, replaces_a_small_file_whole) {
  constexpr std::string_view first = "first";
  constexpr std::string_view second = "second";

  ASSERT_TRUE(write_file_durably(path_, std::as_bytes(std::span(first))).has_value());
  ASSERT_TRUE(write_file_durably(path_, std::as_bytes(std::span(second))).has_value());

  EXPECT_EQ(read_bytes(), "second");
  EXPECT_FALSE(write_file_durably(folder_.path() / "no" / "file", std::as_bytes(std::span(first)))
                   .has_value());
}

}  // namespace
}  // namespace aiva::retrieval
