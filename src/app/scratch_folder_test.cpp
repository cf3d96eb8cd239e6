#include "app/scratch_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

TEST(ScratchFolder, goes_with_what_is_in_it) {
  TemporaryFolder data;
  fs::path path;
  {
    auto scratch = ScratchFolder::make(data.path());
    ASSERT_TRUE(scratch) << scratch.error().message;
    path = scratch->path();
    std::ofstream(path / "file") << "text";
    ASSERT_TRUE(fs::exists(path / "file"));
  }

  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::is_empty(data.path()));
}

TEST(ScratchFolder, takes_away_what_a_killed_process_left_and_nothing_in_use) {
  TemporaryFolder data;
  auto abandoned = data.path() / "scratch" / "old";
  fs::create_directories(abandoned);
  std::ofstream(abandoned / "file") << "text";
  auto used = ScratchFolder::make(data.path());
  ASSERT_TRUE(used);

  auto another = ScratchFolder::make(data.path());

  ASSERT_TRUE(another);
  EXPECT_FALSE(fs::exists(abandoned));
  EXPECT_TRUE(fs::exists(used->path()));
  EXPECT_NE(used->path(), another->path());
}

TEST(ScratchFolder, cannot_be_made_where_nothing_can_be_written) {
  auto scratch = ScratchFolder::make("/proc");

  ASSERT_FALSE(scratch);
  EXPECT_EQ(scratch.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva::app
