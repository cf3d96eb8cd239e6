#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "tidy/tidy.h"

namespace aiva::tidy {
namespace {

bool is_relative_link(std::string_view target) {
  return !target.empty() && !target.starts_with('#') && target.find(':') == std::string_view::npos;
}

void check_line(const Repository& repository, const SourceFile& file, std::size_t index,
                Findings& findings) {
  std::string_view rest = file.lines[index];
  for (std::size_t open = rest.find("]("); open != std::string_view::npos; open = rest.find("](")) {
    rest.remove_prefix(open + 2);
    const std::string_view link = rest.substr(0, rest.find(')'));
    if (!is_relative_link(link)) continue;
    const std::string target(link.substr(0, link.find('#')));
    const std::filesystem::path base =
        target.starts_with('/') ? repository.root : repository.root / file.folder();
    if (std::filesystem::exists(base / target.substr(target.starts_with('/') ? 1 : 0))) continue;
    findings.push_back({file.path, index + 1, "link", fmt::format("{} leads nowhere", target)});
  }
}

}  // namespace

void check_documents(const Repository& repository, Findings& findings) {
  for (const SourceFile& file : repository.files) {
    if (file.extension() != ".md") continue;
    bool is_fenced = false;
    for (std::size_t index = 0; index < file.lines.size(); ++index) {
      if (file.lines[index].starts_with("```")) is_fenced = !is_fenced;
      if (!is_fenced) check_line(repository, file, index, findings);
    }
  }
}

}  // namespace aiva::tidy
