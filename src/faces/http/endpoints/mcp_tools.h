#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "capabilities/chat/completions.h"
#include "capabilities/identity/types.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/search/search.h"
#include "foundation/call_context.h"
#include "foundation/json.h"
#include "foundation/json_schema/schema.h"
#include "foundation/json_writer.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

// What the tools of the MCP server work with; borrowed. Without completions no agent is asked.
struct McpToolParts {
  search::Search& search;
  knowledge::Knowledge& knowledge;
  chat::Completions* completions = nullptr;
};

// The tools AIVA offers over the Model Context Protocol: search_knowledge and ask_agent. A caller
// sees those its permissions allow.
class McpTools {
 public:
  explicit McpTools(const McpToolParts& parts);

  // The array of `tools/list`.
  void write_list(JsonWriter& writer, identity::PermissionSet permissions) const;
  [[nodiscard]] bool offers(std::string_view name, identity::PermissionSet permissions) const;
  // The result of `tools/call` as JSON; what goes wrong inside of a tool is a result with isError.
  // Fails when the call is over.
  Task<Result<std::string>> call(CallContext context, std::string name, json::Value arguments);

 private:
  enum class Kind { search_knowledge, ask_agent };
  struct Tool {
    Kind kind;
    std::string_view name;
    std::string_view title;
    std::string_view description;
    std::string_view input_schema;
    std::string_view output_schema;  // empty: none
    identity::Permission permission;
    json::Schema checked;
  };

  static Tool make_search_tool();
  static Tool make_ask_tool();
  [[nodiscard]] const Tool* find(std::string_view name) const;
  Task<Result<std::string>> search_knowledge(CallContext context, const json::Object& arguments);
  Task<Result<std::string>> ask_agent(CallContext context, const json::Object& arguments);
  Task<Result<std::vector<KnowledgeBaseId>>> find_bases(CallContext context, std::string wanted);

  McpToolParts parts_;
  std::vector<Tool> tools_;
};

}  // namespace aiva::http
