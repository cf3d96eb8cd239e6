#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/functions/agent_tools.h"
#include "capabilities/functions/secrets.h"
#include "capabilities/functions/types.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::http {

void write_function(JsonWriter& writer, const functions::Function& function);
void write_function_call(JsonWriter& writer, const functions::FunctionCall& call);
void write_tool_outcome(JsonWriter& writer, const functions::ToolOutcome& outcome);
void write_secret(JsonWriter& writer, const functions::Secret& secret);

// Headers as an object of texts by name; one that is absent leaves `headers` as they are.
void write_headers(JsonWriter& writer, const std::vector<functions::HeaderTemplate>& headers);
void read_headers(json::Fields& fields, std::string_view name,
                  std::vector<functions::HeaderTemplate>& headers);

// Puts the fields that are there into the settings; mistakes of type go to `fields`, the rest is
// for the capability to judge. What the specification of the original knows and is refused here
// (inline handlers, TLS that is not verified) is a mistake, too.
void read_function(json::Fields& fields, const json::Value& body,
                   functions::FunctionSettings& settings);

// The arguments of a call: an object, or the JSON text of one; none is an empty object.
std::string read_arguments(json::Fields& fields, const json::Value& body);

}  // namespace aiva::http
