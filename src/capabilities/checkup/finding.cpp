#include "capabilities/checkup/finding.h"

#include <utility>

namespace aiva::checkup {
namespace {

Finding make(const CheckName& name, Outcome outcome, std::string evidence, std::string remedy) {
  return {.id = std::string(name.id),
          .title = std::string(name.title),
          .outcome = outcome,
          .evidence = std::move(evidence),
          .remedy = std::move(remedy),
          .source = std::string(name.source)};
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return "pass";
    case Outcome::warn: return "warn";
    case Outcome::fail: return "fail";
    case Outcome::skipped: return "skipped";
  }
  return "";
}

Finding pass(const CheckName& name, std::string evidence) {
  return make(name, Outcome::pass, std::move(evidence), {});
}

Finding warn(const CheckName& name, std::string evidence, std::string remedy) {
  return make(name, Outcome::warn, std::move(evidence), std::move(remedy));
}

Finding fault(const CheckName& name, std::string evidence, std::string remedy) {
  return make(name, Outcome::fail, std::move(evidence), std::move(remedy));
}

Finding skip(const CheckName& name, std::string reason) {
  return make(name, Outcome::skipped, std::move(reason), {});
}

}  // namespace aiva::checkup
