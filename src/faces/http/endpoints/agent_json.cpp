#include "faces/http/endpoints/agent_json.h"

#include <limits>

#include "capabilities/agents/settings_json.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

constexpr json::Fields::TextLimits text_limits{.length_max = 64 * 1024};

void write_version_fields(JsonWriter& writer, const agents::AgentVersion& version) {
  writer.field("agent_id", version.agent)
      .field("version", version.version)
      .field("is_published", version.is_published);
  if (version.published_at)
    writer.field("published_at", to_iso8601(*version.published_at));
  else
    writer.null_field("published_at");
  if (version.changed_by.is_nil())
    writer.null_field("changed_by");
  else
    writer.field("changed_by", version.changed_by);
  writer.field("created_at", to_iso8601(version.created_at))
      .field("updated_at", to_iso8601(version.updated_at));
}

}  // namespace

void write_agent(JsonWriter& writer, const agents::Agent& agent) {
  writer.begin_object()
      .field("id", agent.id)
      .field("tenant_id", agent.tenant)
      .field("name", agent.name)
      .field("slug", agent.slug)
      .field("type", agent.type)
      .field("description", agent.description)
      .field("is_active", agent.is_active)
      .field("chat_page_enabled", agent.has_chat_page)
      .field("chat_page_slug", agent.slug)
      .key("widget_config")
      .raw(agent.widget)
      .field("draft_version", agent.draft_version);
  if (agent.published_version > 0)
    writer.field("published_version", agent.published_version);
  else
    writer.null_field("published_version");
  if (agent.settings.knowledge_bases.empty())
    writer.null_field("kb_id");
  else
    writer.field("kb_id", agent.settings.knowledge_bases.front());
  agents::write_settings(writer, agent.settings);
  writer.field("created_at", to_iso8601(agent.created_at))
      .field("updated_at", to_iso8601(agent.updated_at))
      .end_object();
}

void write_agent_version_line(JsonWriter& writer, const agents::AgentVersion& version) {
  writer.begin_object();
  write_version_fields(writer, version);
  writer.end_object();
}

void write_agent_version(JsonWriter& writer, const agents::AgentVersion& version) {
  writer.begin_object();
  write_version_fields(writer, version);
  writer.key("settings").begin_object();
  agents::write_settings(writer, version.settings);
  writer.end_object().end_object();
}

void write_difference(JsonWriter& writer, const agents::FieldDifference& difference) {
  writer.begin_object()
      .field("field", difference.field)
      .key("before")
      .raw(difference.before)
      .key("after")
      .raw(difference.after)
      .end_object();
}

Result<agents::AgentFields> read_agent_fields(const json::Value& body) {
  json::Fields fields(body);
  agents::AgentFields read{.name = fields.optional_text("name", text_limits),
                           .slug = fields.optional_text("chat_page_slug", text_limits),
                           .type = fields.optional_text("type", text_limits),
                           .description = fields.optional_text("description", text_limits),
                           .is_active = fields.optional_boolean("is_active"),
                           .has_chat_page = fields.optional_boolean("chat_page_enabled"),
                           .is_published = fields.boolean("publish", false)};
  if (fields.has("slug")) read.slug = fields.optional_text("slug", text_limits);
  if (const auto* widget = fields.object("widget_config")) read.widget = *widget;
  if (fields.has("draft_version"))
    read.draft_version =
        fields.integer("draft_version", 0, 1, std::numeric_limits<std::int64_t>::max());
  TRY_VOID(fields.finish());
  read.settings = body.as_object();
  return read;
}

}  // namespace aiva::http
