#include <fmt/format.h>

#include <set>
#include <string>
#include <string_view>

#include "tidy/tidy.h"

namespace aiva::tidy {
namespace {

constexpr std::string_view capabilities = "src/capabilities/";
constexpr std::size_t readme_lines_max = 30;

// The folders directly under src/capabilities that hold C++.
std::set<std::string> list_capabilities(const Repository& repository) {
  std::set<std::string> names;
  for (const SourceFile& file : repository.files) {
    if (!file.is_cpp() || !file.path.starts_with(capabilities)) continue;
    const std::string_view inner = std::string_view(file.path).substr(capabilities.size());
    if (const std::size_t slash = inner.find('/'); slash != std::string_view::npos) {
      names.emplace(inner.substr(0, slash));
    }
  }
  return names;
}

}  // namespace

void check_furniture(const Repository& repository, Findings& findings) {
  for (const std::string& name : list_capabilities(repository)) {
    const std::string folder = fmt::format("{}{}", capabilities, name);
    if (repository.find(fmt::format("{}/{}.h", folder, name)) == nullptr) {
      findings.push_back({folder, 0, "furniture", fmt::format("{}.h is missing", name)});
    }
    const SourceFile* readme = repository.find(folder + "/README.md");
    if (readme == nullptr) {
      findings.push_back({folder, 0, "furniture", "README.md is missing"});
    } else if (readme->lines.size() > readme_lines_max) {
      findings.push_back({readme->path, 0, "furniture",
                          fmt::format("{} lines, {} allowed for a capability", readme->lines.size(),
                                      readme_lines_max)});
    }
  }
}

}  // namespace aiva::tidy
