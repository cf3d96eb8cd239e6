#include <gtest/gtest.h>

#include <string>

#include "documents/formats/legacy_container.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

void put(std::string& bytes, std::size_t at, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i)
    bytes[at + static_cast<std::size_t>(i)] =
        static_cast<char>(value >> (8U * static_cast<unsigned>(i)));
}

// A compound file of one table sector and one sector of directory entries.
std::string container_with(std::string_view stream) {
  std::string bytes(512 * 3, '\0');
  bytes.replace(0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  put(bytes, 30, 9, 2);
  put(bytes, 48, 1, 4);            // the directory is in sector 1
  put(bytes, 76, 0, 4);            // the table is in sector 0
  put(bytes, 512, 0xFFFFFFFD, 4);  // sector 0 is a table
  put(bytes, 516, 0xFFFFFFFE, 4);  // sector 1 is the end of a chain
  std::string_view root = "Root Entry";
  for (std::size_t i = 0; i < root.size(); ++i) bytes[1024 + i * 2] = root[i];
  put(bytes, 1024 + 64, static_cast<std::uint32_t>(root.size() * 2 + 2), 2);
  for (std::size_t i = 0; i < stream.size(); ++i) bytes[1152 + i * 2] = stream[i];
  put(bytes, 1152 + 64, static_cast<std::uint32_t>(stream.size() * 2 + 2), 2);
  return bytes;
}

TEST(Legacy, is_told_by_the_names_of_streams) {
  EXPECT_EQ(recognise_ole(container_with("WordDocument")), OleContent::doc);
  EXPECT_EQ(recognise_ole(container_with("Workbook")), OleContent::xls);
  EXPECT_EQ(recognise_ole(container_with("Book")), OleContent::xls);
  EXPECT_EQ(recognise_ole(container_with("PowerPoint Document")), OleContent::ppt);
  EXPECT_EQ(recognise_ole(container_with("Contents")), OleContent::unknown);
  EXPECT_EQ(recognise_ole("text"), OleContent::none);
}

TEST(Legacy, is_refused_with_advice) {
  auto reading = read_into_text(container_with("WordDocument"), "a.docx");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::invalid);
  EXPECT_EQ(reading.error->message,
            "The document is of the Office 97-2003 kind, which takes a converter to read, and none "
            "is configured; save it as DOCX or PDF");
}

TEST(Legacy, survives_chains_in_a_circle_and_any_changed_byte) {
  auto whole = container_with("x");
  put(whole, 516, 1, 4);
  EXPECT_EQ(recognise_ole(whole), OleContent::unknown);
  for (std::size_t i = 8; i < whole.size(); ++i) {
    for (int value : {0, 1, 127, 255}) {
      auto changed = whole;
      changed[i] = static_cast<char>(value);
      EXPECT_NE(recognise_ole(changed), OleContent::none);
    }
  }
}

}  // namespace
}  // namespace aiva::documents
