#include "faces/cli/file_selection.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ports/testing/temporary_folder.h"

namespace aiva::cli {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class FileSelection : public ::testing::Test {
 protected:
  void write(const std::string& name) {
    auto path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << name;
  }
  Texts select(const Texts& includes = {}, const Texts& excludes = {}) {
    Texts names;
    for (const auto& file : select_files({folder_.path().string()}, includes, excludes).files)
      names.push_back(file.name);
    return names;
  }

  TemporaryFolder folder_;
};

TEST(Glob, knows_stars_within_names_and_across_folders) {
  EXPECT_TRUE(fits_glob("*.pdf", "deep/below/manual.pdf"));
  EXPECT_FALSE(fits_glob("*.pdf", "manual.pdf.txt"));
  EXPECT_TRUE(fits_glob("docs/*.md", "docs/a.md"));
  EXPECT_FALSE(fits_glob("docs/*.md", "docs/more/a.md"));
  EXPECT_TRUE(fits_glob("docs/**/*.md", "docs/a.md"));
  EXPECT_TRUE(fits_glob("docs/**/*.md", "docs/x/y/a.md"));
  EXPECT_TRUE(fits_glob("**/old/**", "a/old/b/c"));
  EXPECT_TRUE(fits_glob("/chapter-?.txt", "chapter-1.txt"));
  EXPECT_FALSE(fits_glob("chapter-?.txt", "chapter-12.txt"));
  EXPECT_FALSE(fits_glob(std::string(200, '*') + "b", std::string(5000, 'a')));
}

TEST_F(FileSelection, walks_folders_and_leaves_hidden_files_out) {
  for (const auto* name : {"b.txt", "a/x.pdf", "a/b/y.pdf", ".git/config", "a/.hidden"})
    write(name);
  fs::create_directory_symlink(folder_.path(), folder_.path() / "loop");

  EXPECT_EQ(select(), (Texts{"a/b/y.pdf", "a/x.pdf", "b.txt"}));
  EXPECT_EQ(select({"*.pdf"}), (Texts{"a/b/y.pdf", "a/x.pdf"}));
  EXPECT_EQ(select({"*.pdf", "*.txt"}, {"a/b/**"}), (Texts{"a/x.pdf", "b.txt"}));
}

TEST_F(FileSelection, takes_a_file_once_and_names_what_is_missing) {
  write("a.txt");
  auto file = (folder_.path() / "a.txt").string();

  auto selection = select_files({folder_.path().string(), file, "no such thing"}, {}, {});

  EXPECT_EQ(selection.files.size(), 1U);
  EXPECT_EQ(selection.missing, Texts{"no such thing"});
}

}  // namespace
}  // namespace aiva::cli
