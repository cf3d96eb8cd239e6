#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/identity/identity.h"
#include "capabilities/identity/internal/access_cache.h"
#include "capabilities/identity/internal/password_hasher.h"
#include "capabilities/identity/internal/signing_keys.h"
#include "foundation/metrics.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::identity {

// At most so many entries a minute, so that a flood of wrong passwords cannot fill the disk.
class EntryBudget {
 public:
  explicit EntryBudget(int entries_per_minute_max) : entries_max_(entries_per_minute_max) {}

  // Whether one more may be written at `now`.
  bool take(UnixMs now) {
    std::lock_guard lock(mutex_);
    if (now / minute_ms != minute_) {
      minute_ = now / minute_ms;
      taken_ = 0;
    }
    return ++taken_ <= entries_max_;
  }

 private:
  static constexpr UnixMs minute_ms = 60'000;
  int entries_max_;
  std::mutex mutex_;
  UnixMs minute_ = 0;
  int taken_ = 0;
};

// What the parts of identity share; made once, outlives them.
struct Core {
  Core(IdentityParts parts, IdentitySettings given);

  // Forgets what is remembered of a user or key, here and in other processes; after the commit.
  void forget(const Uuid& owner);
  // The same for everybody.
  void forget_all();

  Database& database;
  const Clock& clock;
  IdentitySettings settings;
  PasswordHasher hasher;
  SigningKeys keys;
  AccessCache access;
  EntryBudget failed_logins;
  Counter& logins_succeeded;
  Counter& logins_failed;
  Signals* signals;
  std::unique_ptr<Signals::Subscription> changes_elsewhere;  // the first to go
};

// Fails with `unauthenticated` unless somebody signed in.
Result<void> require_signed_in(const Caller& caller);
// Fails with `unauthenticated` unless somebody signed in, `forbidden` unless they hold the right.
Result<void> require(const Caller& caller, Permission permission);

// A trimmed name of 1 to 200 bytes without control characters; `invalid` (the field named) if not.
Result<std::string> check_name(std::string_view field, std::string_view name);

// Gathers the mistakes of several checked fields into one answer.
class FieldMistakes {
 public:
  // The value, or a default one after noting what was wrong.
  template <class T>
  T take(Result<T> checked) {
    if (checked) return std::move(*checked);
    note(checked.error());
    return T{};
  }
  void check(const Result<void>& checked) {
    if (!checked) note(checked.error());
  }
  void add(std::string field, std::string message) { note(invalid_field(field, message)); }
  // Success, or every mistake.
  Result<void> finish();

 private:
  void note(const Error& error);
  std::vector<FieldError> mistakes_;
};

}  // namespace aiva::identity
