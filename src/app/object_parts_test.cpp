#include "app/object_parts.h"

#include <gtest/gtest.h>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

TEST(ObjectKeys, are_read_from_a_file) {
  TemporaryFolder folder;
  auto file =
      folder.write("keys",
                   "# of the bucket\n[default]\r\naws_access_key_id = AKIA1\r\n"
                   "aws_secret_access_key=a/b=c+d \n\n[other]\naws_access_key_id = AKIA2\n");

  auto keys = read_object_keys(file);

  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(keys->access_key, "AKIA1");
  EXPECT_EQ(keys->secret_key, "a/b=c+d");
  EXPECT_EQ(keys->session_token, "");
}

TEST(ObjectKeys, must_both_be_there) {
  TemporaryFolder folder;

  EXPECT_FALSE(read_object_keys(folder.write("half", "aws_access_key_id = AKIA1\n")).has_value());
  EXPECT_FALSE(read_object_keys(folder.path() / "missing").has_value());
}

}  // namespace
}  // namespace aiva::app
