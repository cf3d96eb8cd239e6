#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "adapters/redis/redis.h"
#include "ports/bridge_calls.h"

namespace aiva {

struct RedisBridgeCallsOptions {
  std::string key_prefix = "transcriptionPort:";  // the port follows
  std::chrono::milliseconds call_timeout{1000};
};

// Calls of a bridge as hashes {sessionId, tenantId, agentId, callerId, callerName, customData,
// hangup}, one a port; `hangup` counts when it is neither empty, 0, false nor no. The end is
// written as endReason and transferTarget. Fails as calls of `redis` do, which is borrowed. Any
// thread.
std::unique_ptr<BridgeCalls> make_redis_bridge_calls(Redis& redis,
                                                     RedisBridgeCallsOptions options = {});

}  // namespace aiva
