#pragma once

#include <string>
#include <string_view>

#include "capabilities/agents/types.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"

namespace aiva::agents {

// Writes every setting as a field of the object that is open: how versions are stored, and how
// clients see them.
void write_settings(JsonWriter& writer, const AgentSettings& settings);

// Takes over the settings that are present in `fields`, under the names of write_settings or the
// older ones (`chat_model`, `kb_id`, `knowledge_search_mode`). Mistakes are recorded in `fields`;
// `source` is the object it reads. Whether knowledge bases exist is not looked at.
void read_settings(json::Fields& fields, const json::Object& source, AgentSettings& settings);

// The settings of a stored version.
Result<AgentSettings> parse_settings(std::string_view text);
std::string settings_text(const AgentSettings& settings);

// The widget's settings in a JSON object; `invalid` with every wrong field. Unknown ones are
// ignored.
Result<WidgetSettings> read_widget(const json::Object& widget);
// Writes them as one object, limits and origins included.
void write_widget(JsonWriter& writer, const WidgetSettings& widget);

}  // namespace aiva::agents
