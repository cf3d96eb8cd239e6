#include "foundation/read_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace aiva {
namespace {

namespace fs = std::filesystem;

class ReadFile : public ::testing::Test {
 protected:
  ReadFile() { fs::create_directories(folder_); }
  ~ReadFile() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  fs::path write(const std::string& content) {
    auto path = folder_ / "file";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static ErrorCode failure_of(const Result<std::string>& read) {
    return read ? ErrorCode::internal : read.error().code;
  }

  fs::path folder_ = fs::temp_directory_path() / ("aiva-read-file-" + std::to_string(getpid()));
};

TEST_F(ReadFile, gives_every_byte) {
  std::string content(700'001, '\0');
  content[3] = '\xFF';
  content.back() = '\n';

  EXPECT_EQ(read_file(write(content), content.size()).value(), content);
  EXPECT_EQ(read_file(write(""), 0).value(), "");
  EXPECT_FALSE(read_file("/proc/self/status", 100'000).value().empty());
}

TEST_F(ReadFile, says_what_is_no_file_of_that_size) {
  auto path = write("12345");

  EXPECT_EQ(failure_of(read_file(path, 4)), ErrorCode::too_large);
  EXPECT_EQ(failure_of(read_file("/proc/self/status", 10)), ErrorCode::too_large);
  EXPECT_EQ(failure_of(read_file(folder_, 100)), ErrorCode::invalid);
  EXPECT_EQ(failure_of(read_file(folder_ / "none", 100)), ErrorCode::not_found);
  EXPECT_EQ(failure_of(read_file(path / "below", 100)), ErrorCode::not_found);
  EXPECT_NE(read_file(folder_, 100).error().cause.find(folder_.string()), std::string::npos);
}

TEST_F(ReadFile, waits_for_no_pipe) {
  auto pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);

  EXPECT_EQ(failure_of(read_file(pipe, 100)), ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva
