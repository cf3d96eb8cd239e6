#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ports/http_client.h"
#include "ports/tool_server.h"

namespace aiva {

struct McpClientOptions {
  std::string client_name = "aiva";
  std::string client_version = "0.1.0";
  std::size_t tools_max = 256;  // of one server
  std::size_t pages_max = 32;   // of one list
  std::size_t sessions_max = 2000;
};

// Tools over the streamable HTTP transport of the Model Context Protocol, revisions 2025-06-18 and
// 2025-03-26. `http` must outlive it.
std::unique_ptr<ToolServers> make_mcp_client(HttpClient& http, McpClientOptions options = {});

}  // namespace aiva
