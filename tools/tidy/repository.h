// The repository as text: every file the checks look at, read once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::tidy {

// One file; `path` is relative to the root with forward slashes, `lines` are without line ends.
struct SourceFile {
  std::string path;
  std::vector<std::string> lines;
  bool ends_with_newline = true;

  // The part behind the last slash.
  std::string_view name() const;
  // The part before the last slash, empty for a file in the root.
  std::string_view folder() const;
  // From the last dot on, dot included; empty when there is none.
  std::string_view extension() const;
  // A C++ header or source.
  bool is_cpp() const;
  // Belongs to the tests: *_test.cpp, *_fixture.h, or anything in a folder named testing.
  bool is_test() const;
  bool is_in(std::string_view folder) const;
};

struct Repository {
  std::filesystem::path root;
  std::vector<SourceFile> files;

  const SourceFile* find(std::string_view path) const;
};

// Reads every text file people write, sorted by path. Left out: hidden folders but .ci, testdata,
// and outside src/ the folders of made, fetched or sample files (build, data, samples…).
Repository load_repository(const std::filesystem::path& root);

// Whether `path` is `folder` itself or lies under it.
bool is_under(std::string_view path, std::string_view folder);

}  // namespace aiva::tidy
