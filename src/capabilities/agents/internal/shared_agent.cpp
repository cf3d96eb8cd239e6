#include "capabilities/agents/internal/shared_agent.h"

#include <limits>
#include <utility>

#include "capabilities/agents/settings_json.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::agents {
namespace {

constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();
constexpr json::Fields::TextLimits id_limits{.length_min = 36, .length_max = 36};

Result<SharedAgent> read_whole(std::string_view text) {
  TRY(auto value, json::parse(text));
  json::Fields fields(value);
  SharedAgent shared;
  auto id = AgentId::parse(fields.text("id", id_limits));
  auto tenant = TenantId::parse(fields.text("tenant_id", id_limits));
  shared.clock = fields.integer("clock", -1, 0, number_max);
  shared.agent.name = fields.text("name", {});
  shared.agent.slug = fields.text("slug", {});
  shared.agent.version = fields.integer("version", 0, 1, number_max);
  shared.agent.has_chat_page = fields.boolean("has_chat_page", false);
  const auto* settings = fields.object("settings");
  const auto* widget = fields.object("widget");
  TRY_VOID(fields.finish());
  bool is_whole = id && tenant && settings != nullptr && widget != nullptr && shared.clock >= 0 &&
                  shared.agent.version > 0;
  if (!is_whole) return fail(ErrorCode::invalid, "Something is missing");
  shared.agent.id = *id;
  shared.agent.tenant = *tenant;
  TRY(shared.agent.settings, parse_settings(json::to_text(*settings)));
  TRY(shared.agent.widget, read_widget(*widget));
  return shared;
}

}  // namespace

std::string shared_agent_key(AgentId id) { return "agent:" + id.to_string(); }

std::string write_shared_agent(const SharedAgent& shared) {
  const auto& agent = shared.agent;
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("clock", shared.clock)
      .field("id", agent.id)
      .field("tenant_id", agent.tenant)
      .field("name", agent.name)
      .field("slug", agent.slug)
      .field("version", agent.version)
      .field("has_chat_page", agent.has_chat_page)
      .key("widget");
  write_widget(writer, agent.widget);
  writer.key("settings").begin_object();
  write_settings(writer, agent.settings);
  writer.end_object().end_object();
  return text;
}

std::optional<SharedAgent> read_shared_agent(std::string_view text) {
  auto shared = read_whole(text);
  if (!shared) return std::nullopt;
  return std::move(*shared);
}

}  // namespace aiva::agents
