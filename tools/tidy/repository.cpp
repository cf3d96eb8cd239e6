#include "tidy/repository.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace aiva::tidy {
namespace {

namespace fs = std::filesystem;

// Folders of made, fetched or sample files. Below src/ only testdata is one.
constexpr std::array skipped_folders = {"build", "cache",   "data",    "dist",     "node_modules",
                                        "out",   "package", "samples", "testdata", "unpacked"};
// Made out of the contract, as the console's build does.
constexpr std::string_view made_types = "schema.d.ts";
constexpr std::array read_extensions = {".h",   ".cpp",  ".cmake", ".md",  ".mjs", ".sh",
                                        ".sql", ".toml", ".ts",    ".txt", ".yaml"};

bool is_skipped(const fs::path& root, const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (name.starts_with('.')) return name != ".ci";
  if (is_under(folder.lexically_relative(root).generic_string(), "src")) return name == "testdata";
  return std::ranges::find(skipped_folders, name) != skipped_folders.end();
}

bool is_read(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name == "dev" || name == "run") return true;
  if (name == made_types) return false;
  return std::ranges::find(read_extensions, path.extension().string()) != read_extensions.end();
}

SourceFile read_file(const fs::path& root, const fs::path& path) {
  SourceFile file{.path = path.lexically_relative(root).generic_string(), .lines = {}};
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  file.ends_with_newline = text.empty() || text.back() == '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    file.lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return file;
}

}  // namespace

std::string_view SourceFile::name() const {
  return std::string_view(path).substr(path.find_last_of('/') + 1);
}

std::string_view SourceFile::folder() const {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view(path).substr(0, slash);
}

std::string_view SourceFile::extension() const {
  const std::size_t dot = name().find_last_of('.');
  return dot == std::string_view::npos ? std::string_view{} : name().substr(dot);
}

bool SourceFile::is_cpp() const { return extension() == ".h" || extension() == ".cpp"; }

bool SourceFile::is_test() const {
  return path.ends_with("_test.cpp") || path.ends_with("_fixture.h") ||
         path.find("/testing/") != std::string::npos;
}

bool SourceFile::is_in(std::string_view parent) const { return is_under(path, parent); }

const SourceFile* Repository::find(std::string_view path) const {
  const auto found = std::ranges::lower_bound(files, path, {}, &SourceFile::path);
  return found != files.end() && found->path == path ? &*found : nullptr;
}

Repository load_repository(const fs::path& root) {
  Repository repository{.root = root, .files = {}};
  fs::recursive_directory_iterator entry(root, fs::directory_options::skip_permission_denied);
  for (; entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory()) {
      if (is_skipped(root, entry->path())) entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_read(entry->path())) {
      repository.files.push_back(read_file(root, entry->path()));
    }
  }
  std::ranges::sort(repository.files, {}, &SourceFile::path);
  return repository;
}

bool is_under(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || path[folder.size()] == '/';
}

}  // namespace aiva::tidy
