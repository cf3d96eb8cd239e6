// The house rules a machine can check. Each check appends what it finds and changes nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidy/repository.h"

namespace aiva::tidy {

// One broken rule; `line` counts from 1, 0 means the file as a whole.
struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string check;
  std::string message;
};

using Findings = std::vector<Finding>;
using Check = void (*)(const Repository&, Findings&);

// Who may include whom, `internal/` folders, and which folder owns which library (src/layers.txt).
void check_includes(const Repository& repository, Findings& findings);
// Length, columns, names, #pragma once, white space, banners and notes to self.
void check_shape(const Repository& repository, Findings& findings);
// Every capability has its README.md of at most 30 lines and its one public header.
void check_furniture(const Repository& repository, Findings& findings);
// Relative links in Markdown lead to files that exist.
void check_documents(const Repository& repository, Findings& findings);
// schema/openapi.yaml: paths, operation ids, path parameters, responses, references.
void check_contract(const Repository& repository, Findings& findings);

// Runs every check; findings come sorted by path, line and check.
Findings run_checks(const Repository& repository);

// "path:line: [check] message".
std::string to_line(const Finding& finding);

// The name of every check a finding can carry.
std::vector<std::string_view> list_check_names();

}  // namespace aiva::tidy
