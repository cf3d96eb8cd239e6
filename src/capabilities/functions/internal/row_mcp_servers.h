#pragma once

#include <memory>

#include "capabilities/functions/functions.h"
#include "capabilities/functions/internal/tool_desk.h"
#include "capabilities/functions/mcp_servers.h"

namespace aiva::functions {

// Servers of tools in rows. Everything is borrowed.
std::unique_ptr<McpServers> make_mcp_servers(const FunctionParts& parts, ToolDesk& desk);

}  // namespace aiva::functions
