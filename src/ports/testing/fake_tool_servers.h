#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/tool_server.h"

namespace aiva {

// A server of tools that says what a test tells it and remembers what it was asked.
class FakeToolServers final : public ToolServers {
 public:
  Task<Result<std::vector<RemoteTool>>> list_tools(CallContext context,
                                                   ToolServer server) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    asked.push_back(std::move(server));
    has_changed = false;
    if (failure) co_return fail(*failure);
    co_return tools;
  }
  Task<Result<RemoteAnswer>> call_tool(CallContext context, ToolServer server,
                                       RemoteCall call) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    asked.push_back(std::move(server));
    calls.push_back(std::move(call));
    if (failure) co_return fail(*failure);
    co_return answer;
  }
  [[nodiscard]] bool has_other_tools(const ToolServer&) const override { return has_changed; }

  std::vector<RemoteTool> tools;
  RemoteAnswer answer{.text = "done"};
  std::optional<Error> failure;
  bool has_changed = false;
  std::vector<ToolServer> asked;
  std::vector<RemoteCall> calls;

 private:
  std::mutex mutex_;
};

}  // namespace aiva
