#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

const std::filesystem::path folder = "src/documents/testdata";

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::filesystem::path> find_documents() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() != ".blocks") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

class Golden : public testing::TestWithParam<std::filesystem::path> {};

// AIVA_ACCEPT=1 writes what is read now as what is expected.
TEST_P(Golden, reads_the_document_as_recorded) {
  const auto& file = GetParam();
  auto expected_file = file;
  expected_file += ".blocks";

  auto reading = read_into_text(read_file(file), file.filename().string());

  ASSERT_FALSE(reading.error) << reading.error->message;
  auto actual = std::string(to_string(reading.summary.format)) + " \"" + reading.summary.title +
                "\" " + std::to_string(reading.summary.pages_read) + "/" +
                std::to_string(reading.summary.pages) + "\n" + reading.text();
  if (std::getenv("AIVA_ACCEPT") != nullptr) std::ofstream(expected_file) << actual;
  EXPECT_EQ(actual, read_file(expected_file));
}

INSTANTIATE_TEST_SUITE_P(Documents, Golden, testing::ValuesIn(find_documents()),
                         [](const auto& info) {
                           auto name = info.param.filename().string();
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace aiva::documents
