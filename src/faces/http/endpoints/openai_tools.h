#pragma once

#include <string>
#include <vector>

#include "foundation/json.h"
#include "ports/chat_model.h"

namespace aiva::http {

// How functions and formats are written down: chat completions put them into an object of their
// own, responses beside the type.
enum class OpenAiShape { nested, flat };

// Reads `tools`, the caller's own functions: at most 128, each name once.
std::vector<ToolDefinition> read_openai_tools(json::Fields& fields, OpenAiShape shape);

// Reads `tool_choice`; one that names a function must name one of `tools`.
ToolChoice read_openai_tool_choice(json::Fields& fields, const json::Object& body,
                                   const std::vector<ToolDefinition>& tools, OpenAiShape shape);

// Reads the form an answer shall have; `path` is where it stands in the body.
AnswerFormat read_openai_format(json::Fields& fields, const json::Object& format,
                                const std::string& path, OpenAiShape shape);

}  // namespace aiva::http
