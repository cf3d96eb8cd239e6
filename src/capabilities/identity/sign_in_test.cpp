#include <algorithm>

#include "adapters/memory/memory_signals.h"
#include "capabilities/identity/identity_fixture.h"

namespace aiva::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class SignInTest : public IdentityFixture {
 protected:
  SignInTest() { user_ = add_user("ann@example.com", Role::agent_manager, tenant_).value(); }
  void change(UserChange given) {
    auto done =
        sync_wait(identity_->directory().update_user({}, operator_caller(), user_.id, given));
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }

  User user_;
};

TEST_F(SignInTest, hands_out_a_token_that_says_who_is_calling) {
  auto signed_in = login(" Ann@Example.com ");

  ASSERT_TRUE(signed_in.has_value());
  EXPECT_EQ(signed_in->expires_at, (clock_.unix_ms() / 1000 + 24 * 3600) * 1000);
  EXPECT_EQ(signed_in->user.last_login_at, clock_.unix_ms());
  auto principal = who(signed_in->token);
  ASSERT_TRUE(principal.has_value());
  EXPECT_EQ((*principal)->user, user_.id);
  EXPECT_EQ((*principal)->tenant, tenant_);
  EXPECT_EQ((*principal)->role, Role::agent_manager);
  EXPECT_EQ((*principal)->permissions, permissions_of(Role::agent_manager));
  EXPECT_EQ(audited_actions(), (std::vector<std::string>{"user.created", "auth.login"}));
}

TEST_F(SignInTest, answers_every_mismatch_alike) {
  add_user("gone@example.com", Role::client, tenant_);
  auto gone = login("gone@example.com").value().user;
  ASSERT_TRUE(sync_wait(identity_->directory().remove_user({}, operator_caller(), gone.id)));

  auto wrong = login("ann@example.com", "Wrong horse 1");
  auto unknown = login("nobody@example.com");
  auto malformed = login("no address");
  auto too_long = login("ann@example.com", std::string(5000, 'x'));
  auto inactive = login("gone@example.com");

  for (const auto* refused : {&wrong, &unknown, &malformed, &too_long, &inactive}) {
    ASSERT_FALSE(refused->has_value());
    EXPECT_EQ(refused->error().code, ErrorCode::unauthenticated);
    EXPECT_EQ(refused->error().message, wrong.error().message);
  }
}

TEST_F(SignInTest, refuses_users_of_an_inactive_tenant) {
  auto token = login("ann@example.com").value().token;
  ASSERT_TRUE(sync_wait(
      identity_->directory().update_tenant({}, operator_caller(), tenant_, {.is_active = false})));

  EXPECT_EQ(failure_of(login("ann@example.com")), ErrorCode::unauthenticated);
  EXPECT_FALSE(opens(token));
}

TEST_F(SignInTest, locks_a_user_after_too_many_failures_for_a_while) {
  auto few = settings();
  few.failed_logins_max = 3;
  restart(few);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(login("ann@example.com", "Wrong horse 1").has_value());

  EXPECT_FALSE(login("ann@example.com").has_value());
  clock_.advance(minutes(15));

  EXPECT_TRUE(login("ann@example.com").has_value());
  EXPECT_EQ(std::ranges::count(audited_actions(), "auth.user_locked"), 1);
}

TEST_F(SignInTest, writes_only_so_many_failures_a_minute_down) {
  auto few = settings();
  few.failed_logins_written_per_minute_max = 2;
  restart(few);
  auto fail_twice = [&] {
    EXPECT_FALSE(login("nobody@example.com").has_value());
    EXPECT_FALSE(login("ann@example.com", "Wrong horse 1").has_value());
  };

  fail_twice();
  fail_twice();
  EXPECT_EQ(std::ranges::count(audited_actions(), "auth.login_failed"), 2);
  clock_.advance(minutes(1));
  fail_twice();

  EXPECT_EQ(std::ranges::count(audited_actions(), "auth.login_failed"), 4);
}

TEST_F(SignInTest, forgets_failures_at_a_success_and_at_an_unlock) {
  auto few = settings();
  few.failed_logins_max = 2;
  restart(few);

  EXPECT_FALSE(login("ann@example.com", "Wrong horse 1").has_value());
  EXPECT_TRUE(login("ann@example.com").has_value());
  EXPECT_FALSE(login("ann@example.com", "Wrong horse 1").has_value());
  EXPECT_TRUE(login("ann@example.com").has_value());
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(login("ann@example.com", "Wrong horse 1").has_value());
  EXPECT_FALSE(login("ann@example.com").has_value());
  change({.is_active = true});
  EXPECT_TRUE(login("ann@example.com").has_value());
}

TEST_F(SignInTest, strengthens_the_hash_when_the_cost_rises) {
  auto stronger = settings();
  stronger.bcrypt_cost = 11;
  restart(stronger);

  ASSERT_TRUE(login("ann@example.com").has_value());

  std::string hash;
  auto seen = sync_wait(read(*database_, {}, [&](SqlSession& session) -> Result<void> {
    return session.query("SELECT password_hash FROM users WHERE id = ?", {user_.id},
                         [&](const SqlRow& row) -> Result<void> {
                           hash = row.text(0);
                           return {};
                         });
  }));
  ASSERT_TRUE(seen.has_value());
  EXPECT_TRUE(hash.starts_with("$2b$11$"));
  EXPECT_TRUE(login("ann@example.com").has_value());
}

TEST_F(SignInTest, ends_a_session_at_logout_and_leaves_the_others) {
  auto one = login("ann@example.com").value();
  auto other = login("ann@example.com").value();
  auto principal = who(one.token).value();
  ASSERT_TRUE(opens(other.token));

  ASSERT_TRUE(sync_wait(identity_->logout({}, {.principal = principal})).has_value());

  EXPECT_FALSE(opens(one.token));
  EXPECT_EQ(failure_of(refresh(one.refresh_token)), ErrorCode::unauthenticated);
  EXPECT_TRUE(opens(other.token));
}

TEST_F(SignInTest, ends_a_session_at_once_in_processes_that_hear_of_it) {
  auto signals = make_memory_signals();
  auto make_process = [this, &signals] {
    IdentityParts parts{*database_, clock_, metrics_, signals.get()};
    return make_identity(parts, settings()).value();
  };
  identity_ = make_process();
  auto other = make_process();
  auto deaf = make_identity({*database_, clock_, metrics_}, settings()).value();
  auto session = login("ann@example.com").value();
  auto opens_at = [&session](Identity& process) {
    return sync_wait(process.authenticate({}, session.token)).has_value();
  };
  ASSERT_TRUE(opens_at(*other));
  ASSERT_TRUE(opens_at(*deaf));

  auto principal = who(session.token).value();
  ASSERT_TRUE(sync_wait(identity_->logout({}, {.principal = principal})).has_value());

  EXPECT_FALSE(opens_at(*other));
  EXPECT_TRUE(opens_at(*deaf)) << "remembered for five seconds";
  clock_.advance(std::chrono::seconds(6));
  other.reset();
  identity_.reset();
}

TEST_F(SignInTest, exchanges_a_refresh_token_once) {
  auto first = login("ann@example.com").value();
  clock_.advance(hours(25));
  EXPECT_FALSE(opens(first.token));

  auto second = refresh(first.refresh_token);
  ASSERT_TRUE(second.has_value());
  auto third = refresh(second->refresh_token);

  ASSERT_TRUE(third.has_value());
  EXPECT_TRUE(opens(second->token) && opens(third->token));
  EXPECT_NE(second->refresh_token, first.refresh_token);
}

TEST_F(SignInTest, ends_the_session_when_a_refresh_token_is_used_again) {
  auto first = login("ann@example.com").value();
  auto second = refresh(first.refresh_token).value();
  ASSERT_TRUE(opens(second.token));

  EXPECT_EQ(failure_of(refresh(first.refresh_token)), ErrorCode::unauthenticated);

  EXPECT_FALSE(opens(second.token));
  EXPECT_EQ(failure_of(refresh(second.refresh_token)), ErrorCode::unauthenticated);
  EXPECT_EQ(std::ranges::count(audited_actions(), "auth.refresh_reused"), 1);
}

TEST_F(SignInTest, refuses_refresh_tokens_that_are_unknown_malformed_or_too_old) {
  auto signed_in = login("ann@example.com").value();

  for (const auto& token :
       {std::string(), std::string("x"), std::string(100000, 'x'), signed_in.refresh_token + "x"})
    EXPECT_EQ(failure_of(refresh(token)), ErrorCode::unauthenticated);
  clock_.advance(hours(24 * 30 + 1));
  EXPECT_EQ(failure_of(refresh(signed_in.refresh_token)), ErrorCode::unauthenticated);
}

TEST_F(SignInTest, notices_a_changed_user_at_once) {
  auto token = login("ann@example.com").value().token;
  ASSERT_TRUE(opens(token));

  change({.role = Role::client});
  EXPECT_EQ(who(token).value()->role, Role::client);
  change({.is_active = false});
  EXPECT_FALSE(opens(token));
}

TEST_F(SignInTest, answers_from_memory_while_the_database_is_away) {
  auto token = login("ann@example.com").value().token;
  ASSERT_TRUE(opens(token));
  std::stop_source stop;
  stop.request_stop();
  CallContext dead{.cancellation = stop.get_token()};

  EXPECT_TRUE(sync_wait(identity_->authenticate(dead, token)).has_value());
  EXPECT_EQ(failure_of(sync_wait(identity_->authenticate(dead, token + "x"))),
            ErrorCode::unauthenticated);
}

TEST_F(SignInTest, signs_with_the_newest_key_and_still_knows_the_last) {
  auto before = login("ann@example.com").value().token;
  ASSERT_TRUE(sync_wait(identity_->rotate_signing_key({}, operator_caller())).has_value());
  clock_.advance(hours(1));
  auto after = login("ann@example.com").value().token;

  EXPECT_NE(before.substr(0, before.find('.')), after.substr(0, after.find('.')));
  restart();
  EXPECT_TRUE(opens(before));
  EXPECT_TRUE(opens(after));
  clock_.advance(hours(25));
  EXPECT_FALSE(opens(before));
  EXPECT_EQ(sync_wait(identity_->remove_expired({})).value_or(-1), 1);
}

TEST_F(SignInTest, learns_of_a_key_another_process_made) {
  auto other = make_identity({*database_, clock_, metrics_}, settings()).value();
  ASSERT_FALSE(opens("x"));
  ASSERT_TRUE(opens(login("ann@example.com").value().token));
  ASSERT_TRUE(sync_wait(other->rotate_signing_key({}, operator_caller())).has_value());
  auto token = sync_wait(other->login({}, {}, {"ann@example.com", password})).value().token;
  clock_.advance(seconds(6));

  EXPECT_TRUE(opens(token));
}

TEST_F(SignInTest, uses_configured_secrets_instead_of_the_table) {
  auto first = settings();
  first.signing_secrets = {std::string(32, 'a')};
  auto second = settings();
  second.signing_secrets = {std::string(32, 'b'), std::string(32, 'a')};
  auto third = settings();
  third.signing_secrets = {std::string(32, 'b')};

  restart(first);
  auto token = login("ann@example.com").value().token;
  restart(second);
  EXPECT_TRUE(opens(token));
  EXPECT_EQ(failure_of(sync_wait(identity_->rotate_signing_key({}, operator_caller()))),
            ErrorCode::conflict);
  restart(third);
  EXPECT_FALSE(opens(token));
}

TEST_F(SignInTest, cannot_open_its_keys_with_another_master_key) {
  ASSERT_TRUE(login("ann@example.com").has_value());
  auto other = settings();
  other.master_key = std::string(32, 'x');
  restart(other);

  EXPECT_EQ(failure_of(login("ann@example.com")), ErrorCode::internal);
}

TEST_F(SignInTest, removes_expired_sessions_and_old_entries) {
  ASSERT_TRUE(login("ann@example.com").has_value());
  clock_.advance(hours(24 * 31));

  EXPECT_EQ(sync_wait(identity_->remove_expired({})).value_or(-1), 1);
  EXPECT_EQ(audited_actions().size(), 2U);
  clock_.advance(hours(24 * 400));
  EXPECT_EQ(sync_wait(identity_->remove_expired({})).value_or(-1), 2);
  EXPECT_TRUE(audited_actions().empty());
}

TEST_F(SignInTest, refuses_settings_out_of_range) {
  auto make = [&](auto adjust) {
    auto given = settings();
    adjust(given);
    return failure_of(make_identity({*database_, clock_, metrics_}, given));
  };

  EXPECT_EQ(make([](auto& s) { s.master_key = "short"; }), ErrorCode::invalid);
  EXPECT_EQ(make([](auto& s) { s.signing_secrets = {"short"}; }), ErrorCode::invalid);
  EXPECT_EQ(make([](auto& s) { s.bcrypt_cost = 9; }), ErrorCode::invalid);
  EXPECT_EQ(make([](auto& s) { s.bcrypt_cost = 15; }), ErrorCode::invalid);
  EXPECT_EQ(make([](auto&) {}), std::nullopt);
}

}  // namespace
}  // namespace aiva::identity
