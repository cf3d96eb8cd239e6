#include "app/measure_disk.h"

#include <gtest/gtest.h>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

TEST(MeasureDisk, finds_speeds_and_leaves_nothing_behind) {
  TemporaryFolder folder;

  auto speed = measure_disk(folder.path(), std::chrono::milliseconds(90));

  ASSERT_TRUE(speed) << speed.error().message;
  EXPECT_GT(speed->write_mb_s, 0);
  EXPECT_GT(speed->read_mb_s, 0);
  EXPECT_GT(speed->random_reads_s, 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(MeasureDisk, finds_how_fast_rows_are_committed) {
  TemporaryFolder folder;

  auto speed = measure_commits(folder.path(), std::chrono::milliseconds(200));

  ASSERT_TRUE(speed) << speed.error().message;
  EXPECT_GT(speed->per_second, 0);
  EXPECT_GT(speed->alone_ms, 0);
}

TEST(MeasureDisk, fails_where_nothing_can_be_written) {
  EXPECT_FALSE(measure_disk("/proc", std::chrono::milliseconds(30)));
  EXPECT_FALSE(measure_commits("/proc", std::chrono::milliseconds(30)));
}

}  // namespace
}  // namespace aiva::app
