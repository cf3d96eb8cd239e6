#include "faces/cli/file_selection.h"

#include <algorithm>
#include <set>
#include <system_error>

namespace aiva::cli {
namespace {

namespace fs = std::filesystem;

// Goes back to the last star at most once for each byte, so the time is the product of the lengths.
bool fits_part(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_at = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_at = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_at;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

// reachable[i]: the first i parts of the path fit the pattern's parts looked at so far.
bool fits_path(const std::vector<std::string_view>& pattern,
               const std::vector<std::string_view>& path) {
  std::vector<bool> reachable(path.size() + 1, false);
  reachable[0] = true;
  for (auto part : pattern) {
    std::vector<bool> next(path.size() + 1, false);
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (part == "**") {
        next[i] = reachable[i] || (i > 0 && next[i - 1]);
      } else {
        next[i] = i > 0 && reachable[i - 1] && fits_part(part, path[i - 1]);
      }
    }
    reachable = std::move(next);
  }
  return reachable[path.size()];
}

bool fits_any(const std::vector<std::string>& patterns, std::string_view path) {
  return std::ranges::any_of(
      patterns, [path](const std::string& pattern) { return fits_glob(pattern, path); });
}

class Collector {
 public:
  Collector(const std::vector<std::string>& includes, const std::vector<std::string>& excludes)
      : includes_(includes), excludes_(excludes) {}

  void add(const fs::path& path, const std::string& name) {
    bool is_wanted = (includes_.empty() || fits_any(includes_, name)) && !fits_any(excludes_, name);
    std::error_code error;
    auto whole = fs::weakly_canonical(path, error);
    if (is_wanted && known_.insert(error ? path : whole).second)
      selection_.files.push_back({path, name});
  }

  void walk(const fs::path& root) {
    std::vector<fs::path> waiting = {root};
    while (!waiting.empty()) {
      auto folder = std::move(waiting.back());
      waiting.pop_back();
      std::error_code error;
      fs::directory_iterator entries(folder, error);
      if (error) selection_.unreadable.push_back(folder.string());
      for (; !error && entries != fs::directory_iterator(); entries.increment(error))
        visit(*entries, root, waiting);
    }
  }

  void miss(const std::string& name) { selection_.missing.push_back(name); }

  Selection finish() {
    std::ranges::sort(selection_.files, {}, &SelectedFile::name);
    return std::move(selection_);
  }

 private:
  void visit(const fs::directory_entry& entry, const fs::path& root,
             std::vector<fs::path>& waiting) {
    std::error_code error;
    if (entry.path().filename().string().starts_with('.')) return;
    if (entry.is_directory(error) && !entry.is_symlink(error)) waiting.push_back(entry.path());
    if (entry.is_regular_file(error))
      add(entry.path(), entry.path().lexically_relative(root).generic_string());
  }

  const std::vector<std::string>& includes_;
  const std::vector<std::string>& excludes_;
  std::set<fs::path> known_;
  Selection selection_;
};

}  // namespace

bool fits_glob(std::string_view pattern, std::string_view path) {
  auto parts = parts_of(path);
  if (pattern.find('/') == std::string_view::npos) return fits_part(pattern, parts.back());
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  return fits_path(parts_of(pattern), parts);
}

Selection select_files(const std::vector<std::string>& names,
                       const std::vector<std::string>& includes,
                       const std::vector<std::string>& excludes) {
  Collector collector(includes, excludes);
  for (const auto& name : names) {
    std::error_code error;
    if (fs::is_directory(name, error))
      collector.walk(name);
    else if (fs::is_regular_file(name, error))
      collector.add(name, fs::path(name).filename().string());
    else
      collector.miss(name);
  }
  return collector.finish();
}

}  // namespace aiva::cli
