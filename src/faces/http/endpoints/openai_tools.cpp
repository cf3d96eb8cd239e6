#include "faces/http/endpoints/openai_tools.h"

#include <algorithm>

#include "faces/http/endpoints/openai_input.h"

namespace aiva::http {
namespace {

constexpr std::size_t tools_max = 128;
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t description_bytes_max = 4096;
constexpr std::size_t schema_bytes_max = 64 * 1024;

bool is_name(std::string_view name) {
  auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, is_allowed);
}

// The object a function or schema is described in: `object` itself, or its member `name`.
const json::Object* described_in(const json::Object& object, std::string_view name,
                                 OpenAiShape shape) {
  if (shape == OpenAiShape::flat) return &object;
  const auto* inner = object.if_contains(name);
  return inner == nullptr ? nullptr : inner->if_object();
}

std::string read_name(json::Fields& fields, const json::Object& object, const std::string& path) {
  std::string name(text_of(object, "name"));
  if (!is_name(name))
    fields.add_error(path + ".name", "must be 1 to 64 letters, digits, underscores or hyphens");
  return name;
}

// The JSON Schema under `name`; `fallback` when there is none.
std::string read_schema(json::Fields& fields, const json::Object& object, std::string_view name,
                        const std::string& path) {
  const auto* schema = object.if_contains(name);
  if (schema == nullptr || schema->is_null()) return "{}";
  auto place = path + "." + std::string(name);
  if (!schema->is_object()) {
    fields.add_error(place, "must be a JSON Schema object");
    return "{}";
  }
  auto text = json::to_text(*schema);
  if (text.size() > schema_bytes_max) fields.add_error(place, "may have at most 64 kB");
  return text;
}

bool read_strict(const json::Object& object) {
  const auto* strict = object.if_contains("strict");
  return strict != nullptr && strict->is_bool() && strict->get_bool();
}

ToolDefinition read_tool(json::Fields& fields, const json::Value& value, const std::string& path,
                         OpenAiShape shape) {
  ToolDefinition tool;
  const auto* object = value.if_object();
  auto type = object == nullptr ? std::string_view() : text_of(*object, "type");
  if (type != "function") {
    fields.add_error(path + ".type", "only tools of the type function are supported here");
    return tool;
  }
  const auto* function = described_in(*object, "function", shape);
  if (function == nullptr) {
    fields.add_error(path + ".function", "is required");
    return tool;
  }
  auto place = shape == OpenAiShape::nested ? path + ".function" : path;
  tool.name = read_name(fields, *function, place);
  tool.description = std::string(text_of(*function, "description"));
  if (tool.description.size() > description_bytes_max)
    fields.add_error(place + ".description", "may have at most 4096 bytes");
  tool.parameters = read_schema(fields, *function, "parameters", place);
  tool.is_strict = read_strict(*function);
  return tool;
}

ToolChoice named_choice(json::Fields& fields, const json::Object& choice,
                        const std::vector<ToolDefinition>& tools, OpenAiShape shape) {
  ToolChoice out{.mode = ToolChoice::Mode::named};
  const auto* function = described_in(choice, "function", shape);
  if (text_of(choice, "type") != "function" || function == nullptr) {
    fields.add_error("tool_choice", "must be none, auto, required or a function");
    return out;
  }
  out.name = std::string(text_of(*function, "name"));
  if (std::ranges::find(tools, out.name, &ToolDefinition::name) == tools.end())
    fields.add_error("tool_choice", "must name one of the tools");
  return out;
}

}  // namespace

std::vector<ToolDefinition> read_openai_tools(json::Fields& fields, OpenAiShape shape) {
  std::vector<ToolDefinition> tools;
  const auto* array = fields.array("tools", tools_max);
  if (array == nullptr) return tools;
  for (std::size_t i = 0; i < array->size(); ++i) {
    auto path = element_path("tools", i);
    auto tool = read_tool(fields, (*array)[i], path, shape);
    if (std::ranges::find(tools, tool.name, &ToolDefinition::name) != tools.end())
      fields.add_error(path, "this name is already another tool's");
    tools.push_back(std::move(tool));
  }
  return tools;
}

ToolChoice read_openai_tool_choice(json::Fields& fields, const json::Object& body,
                                   const std::vector<ToolDefinition>& tools, OpenAiShape shape) {
  using Mode = ToolChoice::Mode;
  const auto* value = body.if_contains("tool_choice");
  if (value == nullptr || value->is_null()) return {};
  auto word = text_of(body, "tool_choice");
  if (word == "none") return {.mode = Mode::none};
  if (word == "auto") return {};
  if (tools.empty()) {
    fields.add_error("tool_choice", "needs tools");
    return {};
  }
  if (word == "required") return {.mode = Mode::required};
  if (const auto* choice = value->if_object()) return named_choice(fields, *choice, tools, shape);
  fields.add_error("tool_choice", "must be none, auto, required or a function");
  return {};
}

AnswerFormat read_openai_format(json::Fields& fields, const json::Object& format,
                                const std::string& path, OpenAiShape shape) {
  using Kind = AnswerFormat::Kind;
  auto type = text_of(format, "type");
  if (type == "text") return {};
  if (type == "json_object") return {.kind = Kind::json};
  const auto* described = described_in(format, "json_schema", shape);
  if (type != "json_schema" || described == nullptr) {
    fields.add_error(path, "must be of the type text, json_object or json_schema");
    return {};
  }
  auto place = shape == OpenAiShape::nested ? path + ".json_schema" : path;
  AnswerFormat out{.kind = Kind::schema};
  out.name = read_name(fields, *described, place);
  out.schema = read_schema(fields, *described, "schema", place);
  out.is_strict = read_strict(*described);
  return out;
}

}  // namespace aiva::http
