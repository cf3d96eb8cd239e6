#include "app/text_file.h"

#include <gtest/gtest.h>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

TEST(TextFile, is_read_whole) {
  TemporaryFolder folder;
  std::string text(10'000, 'x');

  EXPECT_EQ(read_text_file(folder.write("a", text)).value_or(""), text);
  EXPECT_EQ(read_text_file(folder.write("b", "")).value_or("none"), "");
}

TEST(TextFile, is_refused_where_it_is_none_or_too_long) {
  TemporaryFolder folder;

  EXPECT_EQ(read_text_file(folder.path() / "none").error().code, ErrorCode::not_found);
  EXPECT_EQ(read_text_file(folder.path()).error().code, ErrorCode::not_found);
  EXPECT_EQ(read_text_file(folder.write("a", "12345"), 4).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::app
