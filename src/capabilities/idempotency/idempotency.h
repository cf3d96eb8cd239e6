#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::idempotency {

// One use of a key: for which request of which caller.
struct KeyUse {
  TenantId tenant{};
  std::string caller;  // names the user or the API key within the tenant
  std::string method;
  std::string path;
  std::string key;                          // as the client chose it
  std::string request_hash;                 // SHA-256 of what was asked, in hexadecimal
  std::chrono::milliseconds lease{60'000};  // no longer than the request can take
};

// An answer as it is given again.
struct KeptAnswer {
  int status = 200;
  std::string content_type{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

// The right to run a request, until its lease ends.
struct Claim {
  TenantId tenant{};
  std::string scope;  // names the row
  std::string owner;  // a token of this claim alone
};

// What to do with a request that has a key.
struct First {
  Claim claim;
};
struct Repeat {
  KeptAnswer answer;
};
using Decision = std::variant<First, Repeat>;

// What became of a request that was run.
enum class Ending : std::uint8_t {
  kept,    // its answer is given again
  unkept,  // it happened, but its answer cannot be given again
  undone,  // it failed: the key is free
};

struct IdempotencySettings {
  std::chrono::milliseconds kept_for = std::chrono::hours(24);
  std::size_t body_bytes_max = 256 * 1024;     // of an answer that is kept
  std::int64_t keys_per_tenant_max = 100'000;  // older ones beyond it are forgotten
};

class Idempotency {
 public:
  virtual ~Idempotency() = default;
  [[nodiscard]] virtual std::size_t body_bytes_max() const = 0;
  // Fails with `invalid` naming the key when it was used for another request, with `conflict` and
  // retry_after_s while the first use is running, and with `conflict` when its answer is not kept.
  virtual Task<Result<Decision>> begin(CallContext context, KeyUse use) = 0;
  // Ends a claim; nothing happens when it was lost meanwhile. `answer` matters to `kept` alone.
  virtual Task<Result<void>> end(Claim claim, Ending ending, KeptAnswer answer) = 0;
  // Frees the keys of all that is running: for a process that is alone on the database and has just
  // begun, so that nobody waits for one that died. How many.
  virtual Task<Result<std::int64_t>> release_running(CallContext context) = 0;
  // Forgets keys whose time is over; how many.
  virtual Task<Result<std::int64_t>> remove_expired(CallContext context) = 0;
};

std::unique_ptr<Idempotency> make_idempotency(Database& database, const Clock& clock,
                                              IdempotencySettings settings = {});

}  // namespace aiva::idempotency
