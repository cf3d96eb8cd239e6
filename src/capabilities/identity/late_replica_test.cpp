#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "capabilities/identity/identity_fixture.h"

namespace aiva::identity {
namespace {

// A database whose replica has nobody's sessions and keys yet.
class DatabaseWithEmptyReplica final : public Database {
 public:
  explicit DatabaseWithEmptyReplica(Database& rows) : rows_(rows) {}

  Task<Result<void>> run_read(CallContext context, Body body) override {
    Result<void> seen;
    Body late = [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(sql.execute("UPDATE user_sessions SET revoked_at = 0"));
      TRY_VOID(sql.execute("UPDATE api_keys SET revoked_at = 0"));
      seen = body(sql);
      return fail(ErrorCode::conflict, "undone");
    };
    auto undone = rows_.run_write(std::move(context), std::move(late));
    std::ignore = co_await std::move(undone);
    co_return seen;
  }
  Task<Result<void>> run_latest_read(CallContext context, Body body) override {
    auto reading = rows_.run_read(std::move(context), std::move(body));
    auto outcome = co_await std::move(reading);
    co_return outcome;
  }
  Task<Result<void>> run_write(CallContext context, Body body) override {
    auto writing = rows_.run_write(std::move(context), std::move(body));
    auto outcome = co_await std::move(writing);
    co_return outcome;
  }

 private:
  Database& rows_;
};

// The process that is asked is another one than the process that let them in.
class BehindALateReplica : public IdentityFixture {
 protected:
  Result<PrincipalPointer> who_elsewhere(const std::string& secret) {
    return sync_wait(elsewhere_->authenticate({}, secret));
  }

  Caller admin_ = signed_in_as(Role::admin, tenant_);
  DatabaseWithEmptyReplica late_{*database_};
  std::unique_ptr<Identity> elsewhere_ =
      make_identity({late_, clock_, metrics_}, settings()).value();
};

TEST_F(BehindALateReplica, a_token_counts_with_the_next_call) {
  add_user("ann@example.com", Role::client, tenant_).value();
  auto signed_in = login("ann@example.com").value();

  auto principal = who_elsewhere(signed_in.token);

  ASSERT_TRUE(principal.has_value());
  EXPECT_EQ((*principal)->user, signed_in.user.id);
}

TEST_F(BehindALateReplica, a_key_counts_with_the_next_call) {
  auto made = sync_wait(
      identity_->api_keys().create({}, admin_, {.name = "bridge", .scopes = {Permission::search}}));
  ASSERT_TRUE(made.has_value());

  EXPECT_TRUE(who_elsewhere(made->secret).has_value());
}

TEST_F(BehindALateReplica, what_is_revoked_opens_nothing) {
  auto made = sync_wait(
      identity_->api_keys().create({}, admin_, {.name = "bridge", .scopes = {Permission::search}}));
  ASSERT_TRUE(made.has_value());
  ASSERT_TRUE(sync_wait(identity_->api_keys().revoke({}, admin_, made->key.id)).has_value());

  EXPECT_EQ(failure_of(who_elsewhere(made->secret)), ErrorCode::unauthenticated);
}

}  // namespace
}  // namespace aiva::identity
