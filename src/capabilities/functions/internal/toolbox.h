#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/functions/functions.h"
#include "capabilities/functions/internal/compiled_function.h"
#include "capabilities/functions/internal/compiled_server.h"
#include "foundation/lru_cache.h"
#include "ports/chat_model.h"

namespace aiva::functions {

// A tool of somebody else's server under the name models know it by.
struct ServerTool {
  std::shared_ptr<const CompiledServer> server;
  std::string name;  // as the server says
};

// What an agent's model may call. Immutable but for the time it was last found to be current.
struct Toolbox {
  std::int64_t version = 0;
  std::vector<ToolDefinition> definitions{};
  std::map<std::string, std::shared_ptr<const CompiledFunction>, std::less<>> functions{};
  std::map<std::string, ServerTool, std::less<>> server_tools{};
  mutable std::atomic<std::chrono::steady_clock::rep> checked_at = 0;
};
using ToolboxPointer = std::shared_ptr<const Toolbox>;

// Toolboxes this process knows. A change made here is seen at once, one made by another process
// within a second: so often the version in the rows is looked at. Any thread.
class Toolboxes {
 public:
  // Borrowed.
  Toolboxes(const FunctionParts& parts, const AddressRules& rules) : parts_(parts), rules_(rules) {}

  Task<Result<ToolboxPointer>> find(CallContext context, AgentId agent);
  // To be called after the commit of a change.
  void forget(TenantId tenant, AgentId agent);

 private:
  [[nodiscard]] Result<ToolboxPointer> load(SqlSession& sql, TenantId tenant, AgentId agent) const;
  void add_functions(std::vector<Function> functions, Toolbox& toolbox) const;
  void add_servers(const std::vector<McpServer>& servers, Toolbox& toolbox) const;
  Task<Result<bool>> is_current(CallContext context, AgentId agent, const Toolbox& toolbox);

  const FunctionParts& parts_;
  const AddressRules& rules_;
  LruCache<std::string, Toolbox> toolboxes_{10'000, std::chrono::minutes(5)};
  std::atomic<std::uint64_t> changes_ = 0;
};

}  // namespace aiva::functions
