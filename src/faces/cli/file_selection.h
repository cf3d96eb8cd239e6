#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::cli {

// A file to be added, and how it is called: its path below the folder that was named.
struct SelectedFile {
  std::filesystem::path path;
  std::string name;
};

struct Selection {
  std::vector<SelectedFile> files{};      // in the order of their names, each once
  std::vector<std::string> missing{};     // names that are neither file nor folder
  std::vector<std::string> unreadable{};  // folders that cannot be entered
};

// Whether a path fits a pattern: `*` is any text within a folder's name, `**` any folders, `?` one
// byte. A pattern without "/" is for the file's own name.
bool fits_glob(std::string_view pattern, std::string_view path);

// Finds the files that are named or lie in folders that are, at any depth. Hidden ones and links to
// folders are left out; with `includes` only what fits one of them is taken, `excludes` leave out.
Selection select_files(const std::vector<std::string>& names,
                       const std::vector<std::string>& includes,
                       const std::vector<std::string>& excludes);

}  // namespace aiva::cli
