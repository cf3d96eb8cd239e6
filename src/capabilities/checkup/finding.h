#pragma once

#include <string>
#include <string_view>

namespace aiva::checkup {

enum class Outcome { pass, warn, fail, skipped };

std::string_view to_string(Outcome outcome);

// Which check it is.
struct CheckName {
  std::string_view id{};  // stable, "figures.p95"
  std::string_view title{};
  std::string_view source{};  // the guide's S numbers; empty: ours
};

struct Finding {
  std::string id{};
  std::string title{};
  Outcome outcome = Outcome::pass;
  std::string evidence{};  // what was found, or why nothing could be
  std::string remedy{};    // of warnings and failures
  std::string source{};
};

Finding pass(const CheckName& name, std::string evidence);
Finding warn(const CheckName& name, std::string evidence, std::string remedy);
Finding fault(const CheckName& name, std::string evidence, std::string remedy);
Finding skip(const CheckName& name, std::string reason);

}  // namespace aiva::checkup
