#include "capabilities/agents/internal/differences.h"

#include <utility>

#include "capabilities/agents/settings_json.h"
#include "foundation/json.h"

namespace aiva::agents {

std::vector<FieldDifference> differences_between(const AgentSettings& before,
                                                 const AgentSettings& after) {
  std::vector<FieldDifference> differences;
  auto old_fields = json::parse(settings_text(before));
  auto new_fields = json::parse(settings_text(after));
  AIVA_ASSERT(old_fields && new_fields);
  for (const auto& [name, value] : new_fields->as_object()) {
    const auto& old_value = old_fields->as_object().at(name);
    if (old_value == value) continue;
    differences.push_back({.field = std::string(name),
                           .before = json::to_text(old_value),
                           .after = json::to_text(value)});
  }
  return differences;
}

}  // namespace aiva::agents
