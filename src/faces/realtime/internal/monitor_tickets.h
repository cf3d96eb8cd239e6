#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "capabilities/identity/types.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/cache.h"

namespace aiva::realtime {

// One who may follow this call, as another process of the installation has made sure.
struct MonitorTicket {
  voice::CallId call{};
  identity::Caller caller{};  // with a principal
};

// Tickets from the process where somebody asks to follow a call to the one that carries it: good
// once, and for half a minute. They lie in the cache both share, under their hashes.
class MonitorTickets {
 public:
  explicit MonitorTickets(Cache& cache) : cache_(cache) {}

  // The secret.
  Task<Result<std::string>> issue(CallContext context, MonitorTicket ticket) const;
  // Nothing for one that is unknown or expired; it stays good.
  Task<Result<std::optional<MonitorTicket>>> find(CallContext context, std::string secret) const;
  // The same, once.
  Task<Result<std::optional<MonitorTicket>>> take(CallContext context, std::string secret) const;

 private:
  Cache& cache_;
};

}  // namespace aiva::realtime
