#include "faces/http/internal/staged_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "foundation/crypto.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;

// Folders on different file systems: a disk, and memory where there is one.
class StagedFiles : public ::testing::TestWithParam<const char*> {
 protected:
  StagedFiles() : path_(fs::path(GetParam()) / ("aiva-staged-" + random_token(9))) {}
  ~StagedFiles() override { fs::remove(path_); }

  // What the file holds after `content` was written in pieces of `step` bytes.
  std::string store(std::string_view content, std::size_t step) {
    fs::remove(path_);
    auto file = StagedFile::create(path_);
    if (!file) return file.error().message;
    for (std::size_t at = 0; at < content.size(); at += step)
      if (auto written = file->write(content.substr(at, step)); !written)
        return written.error().message;
    if (auto finished = file->finish(); !finished) return finished.error().message;
    std::stringstream text;
    text << std::ifstream(path_, std::ios::binary).rdbuf();
    return text.str();
  }

  fs::path path_;
};

std::string make_content(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7 + i / 4096);
  return content;
}

TEST_P(StagedFiles, hold_exactly_what_was_written) {
  for (std::size_t size : {0UL, 1UL, 4096UL, 524287UL, 524288UL, 524289UL, 1048576UL, 1100001UL}) {
    auto content = make_content(size);
    for (std::size_t step : {1000UL, 65536UL, 300000UL})
      EXPECT_TRUE(store(content, step) == content) << size << " bytes by " << step;
  }
}

TEST_P(StagedFiles, are_nobody_elses_to_read) {
  store("words", 5);

  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_P(StagedFiles, are_new_files) {
  store("words", 5);

  auto again = StagedFile::create(path_);

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::unavailable);
}

INSTANTIATE_TEST_SUITE_P(On, StagedFiles, ::testing::Values("/tmp", "/dev/shm"));

TEST(StagedFile, needs_its_folder) {
  auto file = StagedFile::create("/nowhere/at/all");

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva::http
