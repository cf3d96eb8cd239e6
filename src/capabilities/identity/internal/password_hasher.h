#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"

namespace aiva::identity {

struct PasswordHasherOptions {
  int cost = 10;  // log2 of the rounds
  std::size_t threads = 1;
  std::size_t queue_max = 64;
};

// bcrypt ("$2b$", through libxcrypt) on threads of its own at the lowest priority, so that a flood
// of logins takes only what the event loops leave. `unavailable` when too many wait.
class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordHasherOptions options);

  // The hash of a password that check_new_password accepts, with a new salt.
  Task<Result<std::string>> hash(CallContext context, std::string password);
  // Whether `password` has the hash `stored`. Costs the same whatever the answer; an empty `stored`
  // (nobody by that name) or a password bcrypt would cut costs the same too and never matches.
  Task<Result<bool>> matches(CallContext context, std::string password, std::string stored);
  // Whether `stored` was made with less effort than is asked for now.
  [[nodiscard]] bool is_outdated(std::string_view stored) const;

 private:
  int cost_;
  std::string decoy_salt_;
  ThreadPool pool_;
};

// The bcrypt hash of `password` under `setting`, a salt or an earlier hash; fails with `internal`
// when the setting is malformed. Blocks for tens of milliseconds.
Result<std::string> bcrypt(const std::string& password, const std::string& setting);
// A new random salt of that cost.
std::string make_bcrypt_salt(int cost);

}  // namespace aiva::identity
