#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/identity/identity.h"
#include "foundation/metrics.h"
#include "ports/testing/manual_clock.h"

namespace aiva::identity {

// An identity over a fresh database with one super_admin, for the tests of this module.
class IdentityFixture : public ::testing::Test {
 protected:
  IdentityFixture() { restart(); }

  static IdentitySettings settings() {
    return {.master_key = std::string(32, 'm'), .bcrypt_threads = 1};
  }
  void restart(IdentitySettings given = settings()) {
    identity_ = make_identity({*database_, clock_, metrics_}, std::move(given)).value();
  }

  Result<User> add_user(const std::string& email, Role role, TenantId tenant) {
    return sync_wait(identity_->register_user({}, operator_caller(),
                                              {.email = email,
                                               .password = password,
                                               .name = "Some One",
                                               .tenant = tenant,
                                               .role = role}));
  }
  Result<SignedIn> login(const std::string& email, const std::string& with = password) {
    return sync_wait(
        identity_->login({}, {.ip = "192.0.2.7", .user_agent = "test"}, {email, with}));
  }
  Result<SignedIn> refresh(const std::string& token) {
    return sync_wait(identity_->refresh({}, {}, token));
  }
  Result<PrincipalPointer> who(const std::string& secret) {
    return sync_wait(identity_->authenticate({}, secret));
  }
  // Whether the secret opens anything now.
  bool opens(const std::string& secret) { return who(secret).has_value(); }

  // A caller who signed in with a new user of that role.
  Caller signed_in_as(Role role, TenantId tenant) {
    auto email = "user" + std::to_string(++user_count_) + "@example.com";
    EXPECT_TRUE(add_user(email, role, tenant).has_value());
    auto signed_in = login(email);
    EXPECT_TRUE(signed_in.has_value());
    auto principal = who(signed_in->token);
    EXPECT_TRUE(principal.has_value());
    return {.principal = *principal, .ip = "192.0.2.8"};
  }
  std::vector<std::string> audited_actions() {
    auto page = sync_wait(identity_->audit_log().list({}, operator_caller(), {}));
    EXPECT_TRUE(page.has_value());
    std::vector<std::string> actions;
    for (const auto& entry : page->items) actions.insert(actions.begin(), entry.action);
    return actions;
  }
  template <class T>
  static std::optional<ErrorCode> failure_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }

  static inline const std::string password = "Correct horse 1";

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<Identity> identity_;
  TenantId tenant_ = database_.add_tenant();
  int user_count_ = 0;
};

}  // namespace aiva::identity
