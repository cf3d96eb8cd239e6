#include "capabilities/agents/internal/agent_fields.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "capabilities/agents/internal/checks.h"
#include "capabilities/agents/settings_json.h"
#include "foundation/json.h"

namespace aiva::agents {
namespace {

constexpr std::size_t name_bytes_max = 500;
constexpr std::size_t type_bytes_max = 64;
constexpr std::size_t description_bytes_max = 16 * 1024;
constexpr std::size_t widget_bytes_max = 16 * 1024;
constexpr std::size_t search_bytes_max = 200;
constexpr int page_number_max = 1'000'000;
constexpr int page_limit_max = 200;

std::string trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

// A line of text that must not be empty.
void take_line(json::Fields& mistakes, std::string_view name, std::size_t bytes_max,
               const std::optional<std::string>& given, std::string& line) {
  if (!given) return;
  line = trim(*given);
  if (line.empty()) mistakes.add_error(name, "is required");
  if (line.size() > bytes_max)
    mistakes.add_error(name, "must have at most " + std::to_string(bytes_max) + " bytes");
  if (has_control_characters(line))
    mistakes.add_error(name, "must be text without control characters");
}

void take_description(json::Fields& mistakes, const AgentFields& fields, Agent& agent) {
  if (!fields.description) return;
  agent.description = trim(*fields.description);
  if (agent.description.size() > description_bytes_max)
    mistakes.add_error("description",
                       "must have at most " + std::to_string(description_bytes_max) + " bytes");
  if (has_control_characters(agent.description, "\n\r\t"))
    mistakes.add_error("description", "must be text without control characters");
}

void take_widget(json::Fields& mistakes, const AgentFields& fields, Agent& agent) {
  if (!fields.widget) return;
  agent.widget = json::to_text(*fields.widget);
  if (agent.widget.size() > widget_bytes_max)
    return mistakes.add_error("widget_config",
                              "must have at most " + std::to_string(widget_bytes_max) + " bytes");
  auto widget = read_widget(*fields.widget);
  if (widget) return;
  for (const auto& detail : widget.error().details)
    mistakes.add_error(detail.field, detail.message);
}

void check_page_numbers(json::Fields& mistakes, const PageRequest& page) {
  if (page.page < 1 || page.page > page_number_max)
    mistakes.add_error("page", "must be between 1 and " + std::to_string(page_number_max));
  if (page.limit < 1 || page.limit > page_limit_max)
    mistakes.add_error("limit", "must be between 1 and " + std::to_string(page_limit_max));
}

}  // namespace

Result<void> apply_fields(Agent& agent, const AgentFields& fields) {
  json::Value settings(fields.settings);
  json::Fields mistakes(settings);
  auto changed = agent;
  take_line(mistakes, "name", name_bytes_max, fields.name, changed.name);
  take_line(mistakes, "type", type_bytes_max, fields.type, changed.type);
  take_description(mistakes, fields, changed);
  if (fields.slug) {
    changed.slug = *fields.slug;
    if (!is_slug(changed.slug))
      mistakes.add_error("slug", "must have 3 to 64 of a-z, 0-9 and single dashes within");
  }
  take_widget(mistakes, fields, changed);
  changed.is_active = fields.is_active.value_or(changed.is_active);
  changed.has_chat_page = fields.has_chat_page.value_or(changed.has_chat_page);
  read_settings(mistakes, fields.settings, changed.settings);
  TRY_VOID(mistakes.finish());
  agent = std::move(changed);
  return {};
}

Result<void> check_filter(const Agents::ListFilter& filter) {
  json::Value nothing = json::Object();
  json::Fields mistakes(nothing);
  if (filter.type && filter.type->size() > type_bytes_max)
    mistakes.add_error("type", "must have at most " + std::to_string(type_bytes_max) + " bytes");
  if (filter.search.size() > search_bytes_max)
    mistakes.add_error("search",
                       "must have at most " + std::to_string(search_bytes_max) + " bytes");
  check_page_numbers(mistakes, filter.page);
  return mistakes.finish();
}

Result<void> check_page(const PageRequest& page) {
  json::Value nothing = json::Object();
  json::Fields mistakes(nothing);
  check_page_numbers(mistakes, page);
  return mistakes.finish();
}

std::vector<std::string> names_of(const AgentFields& fields) {
  std::vector<std::string> names;
  auto add = [&names](bool is_present, std::string_view name) {
    if (is_present) names.emplace_back(name);
  };
  add(fields.name.has_value(), "name");
  add(fields.slug.has_value(), "slug");
  add(fields.type.has_value(), "type");
  add(fields.description.has_value(), "description");
  add(fields.is_active.has_value(), "is_active");
  add(fields.has_chat_page.has_value(), "chat_page_enabled");
  add(fields.widget.has_value(), "widget_config");
  return names;
}

}  // namespace aiva::agents
