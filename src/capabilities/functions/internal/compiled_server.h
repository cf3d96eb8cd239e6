#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/functions/internal/address_rules.h"
#include "capabilities/functions/internal/compiled_function.h"
#include "capabilities/functions/mcp_servers.h"
#include "capabilities/functions/text_template.h"
#include "foundation/result.h"
#include "ports/tool_server.h"

namespace aiva::functions {

// A server of tools whose settings are right, ready to be asked. Immutable; any thread.
class CompiledServer {
 public:
  // Fails with `invalid` and a detail for each wrong field.
  static Result<std::shared_ptr<const CompiledServer>> compile(const McpServer& server,
                                                               const AddressRules& rules);

  [[nodiscard]] McpServerId id() const { return id_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::set<std::string>& secrets() const { return secrets_; }
  // Fails with `invalid` when a secret is missing.
  [[nodiscard]] Result<ToolServer> address(const SecretValues& secrets) const;

 private:
  McpServerId id_{};
  std::string name_;
  TextTemplate url_;
  std::vector<std::pair<std::string, TextTemplate>> headers_;
  std::set<std::string> secrets_;
  int timeout_ms_ = 0;
  bool may_be_private_ = false;
};

}  // namespace aiva::functions
