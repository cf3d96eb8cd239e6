#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/cache.h"

namespace aiva::realtime {

// What the holder of a key may do: talk to this agent.
struct EphemeralKey {
  TenantId tenant{};
  UserId user{};  // who had it made
  AgentId agent{};
  std::string call{};     // session id of the call it is for; empty: a new one each time
  std::string session{};  // JSON object of session settings; empty: none
  std::chrono::seconds duration_max{0};  // of a visitor's call; 0: as long as others
};

inline constexpr std::string_view ephemeral_prefix = "ek_";

// Keys that browsers may hold: they are good for one agent and for a short time. Only their hashes
// are kept, in the cache; a key that was lost there has to be asked for again.
class EphemeralKeys {
 public:
  explicit EphemeralKeys(Cache& cache) : cache_(cache) {}

  // The secret.
  Task<Result<std::string>> issue(CallContext context, EphemeralKey key,
                                  std::chrono::seconds lifetime) const;
  // Nothing for one that is unknown or expired.
  Task<Result<std::optional<EphemeralKey>>> find(CallContext context, std::string secret) const;

 private:
  Cache& cache_;
};

}  // namespace aiva::realtime
