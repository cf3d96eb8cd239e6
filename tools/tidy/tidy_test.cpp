#include "tidy/tidy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "tidy/repository.h"

// Every folder of testdata is a small repository; its expected.txt holds the findings, none for a
// tree that keeps the rules. AIVA_ACCEPT=1 writes the files anew.
namespace aiva::tidy {
namespace {

namespace fs = std::filesystem;

fs::path testdata() {
  const char* folder = std::getenv("TIDY_TESTDATA");
  return folder != nullptr ? folder : "tools/tidy/testdata";
}

std::vector<std::string> list_trees() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(testdata())) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  return names;
}

std::string read_text(const fs::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

class TidyTree : public testing::TestWithParam<std::string> {};

TEST_P(TidyTree, yields_its_expected_findings) {
  const fs::path root = testdata() / GetParam();
  std::string found;

  for (const Finding& finding : run_checks(load_repository(root))) {
    found += to_line(finding) + "\n";
  }

  if (std::getenv("AIVA_ACCEPT") != nullptr) std::ofstream(root / "expected.txt") << found;
  EXPECT_EQ(found, read_text(root / "expected.txt"));
}

INSTANTIATE_TEST_SUITE_P(Tidy, TidyTree, testing::ValuesIn(list_trees()),
                         [](const auto& tree) { return tree.param; });

TEST(Tidy, has_a_tree_that_breaks_each_check) {
  std::set<std::string> broken;
  for (const std::string& tree : list_trees()) {
    for (const Finding& finding : run_checks(load_repository(testdata() / tree))) {
      broken.insert(finding.check);
    }
  }

  const std::vector<std::string_view> names = list_check_names();

  EXPECT_EQ(broken, std::set<std::string>(names.begin(), names.end()));
}

TEST(Tidy, leaves_a_tree_that_keeps_the_rules_alone) {
  const Findings findings = run_checks(load_repository(testdata() / "a_clean_house"));

  EXPECT_TRUE(findings.empty());
}

}  // namespace
}  // namespace aiva::tidy
