#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capabilities/identity/internal/access_token.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::identity {

using SigningKeyList = std::vector<SigningKey>;  // newest first
using SigningKeysPointer = std::shared_ptr<const SigningKeyList>;

struct SigningKeysOptions {
  std::string master_key;
  std::vector<std::string> fixed_secrets{};  // given by configuration: the table is not used
  UnixMs verify_after_rotation_ms = 0;       // as long as a token lives
};

// The keys of access tokens, read once from their table (where they lie sealed) and kept in memory.
class SigningKeys {
 public:
  SigningKeys(Database& database, const Clock& clock, SigningKeysOptions options);

  // The keys, made at the very first call of an installation. Does not suspend while what is in
  // memory is younger than ten minutes.
  Task<Result<SigningKeysPointer>> current(CallContext context);
  // The same after looking whether another process added a key; looks at most every five seconds.
  Task<Result<SigningKeysPointer>> refreshed(CallContext context);
  // Makes a new newest key. `conflict` when the keys come from the configuration.
  Result<void> rotate(SqlSession& session);
  // Looks into the table again at the next call.
  void expire();

 private:
  Task<Result<SigningKeysPointer>> load(CallContext context);
  Result<SigningKeyList> read_all(SqlSession& session);
  Result<void> insert_new(SqlSession& session);
  SigningKeysPointer loaded(bool is_old_welcome);

  Database& database_;
  const Clock& clock_;
  SigningKeysOptions options_;
  std::atomic<UnixMs> last_look_ = 0;
  std::mutex mutex_;
  SigningKeysPointer keys_;
  UnixMs loaded_at_ = 0;
};

}  // namespace aiva::identity
