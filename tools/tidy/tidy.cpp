#include "tidy/tidy.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace aiva::tidy {

Findings run_checks(const Repository& repository) {
  Findings findings;
  for (const Check check :
       {check_includes, check_shape, check_furniture, check_documents, check_contract}) {
    check(repository, findings);
  }
  std::ranges::sort(findings, {}, [](const Finding& finding) {
    return std::tie(finding.path, finding.line, finding.check, finding.message);
  });
  return findings;
}

std::string to_line(const Finding& finding) {
  const std::string place =
      finding.line == 0 ? finding.path : fmt::format("{}:{}", finding.path, finding.line);
  return fmt::format("{}: [{}] {}", place, finding.check, finding.message);
}

std::vector<std::string_view> list_check_names() {
  return {"banner",  "columns", "contract", "furniture",    "internal",    "layers",     "length",
          "library", "link",    "name",     "note-to-self", "pragma-once", "white-space"};
}

}  // namespace aiva::tidy
