#pragma once

#include <string>

#include "capabilities/identity/internal/core.h"
#include "capabilities/identity/internal/user_rows.h"

namespace aiva::identity {

// Sessions from login over refresh to logout.
class SignIn {
 public:
  explicit SignIn(Core& core) : core_(core) {}

  Task<Result<SignedIn>> login(CallContext context, Caller caller, Credentials credentials);
  Task<Result<SignedIn>> refresh(CallContext context, Caller caller, std::string refresh_token);
  Task<Result<void>> logout(CallContext context, Caller caller);

 private:
  using Secrets = user_rows::UserSecrets;
  // A refresh either goes on with a user or ends a session whose token was stolen.
  struct Refreshed {
    bool is_stolen = false;
    SessionId session{};
    User user{};
  };

  Task<Result<std::optional<Secrets>>> find(CallContext context, std::string email);
  Task<Result<std::string>> stronger_hash(CallContext context, Secrets secrets,
                                          std::string password);
  Task<void> note_failure(CallContext context, Caller caller, std::string email,
                          std::optional<Secrets> secrets);
  Result<void> count_failure(SqlSession& session, const Caller& caller, const User& user);
  Task<Result<SignedIn>> open_session(CallContext context, Caller caller, Secrets secrets,
                                      std::string new_hash);
  Result<Refreshed> exchange(SqlSession& session, const Caller& caller, const std::string& old_hash,
                             const std::string& new_hash);
  SignedIn sign(const User& user, SessionId session, const SigningKey& key,
                std::string refresh_token) const;
  [[nodiscard]] bool is_usable(const Secrets& secrets) const;
  [[nodiscard]] UnixMs session_end() const;

  Core& core_;
};

}  // namespace aiva::identity
