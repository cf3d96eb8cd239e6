#pragma once

#include <string>

#include "capabilities/identity/directory.h"
#include "capabilities/identity/internal/core.h"
#include "capabilities/identity/internal/user_rows.h"

namespace aiva::identity {

// How users are changed, and what that ends.
class UserChanges {
 public:
  explicit UserChanges(Core& core) : core_(core) {}

  Task<Result<User>> update(CallContext context, Caller caller, UserId id, UserChange change);
  Task<Result<void>> set_password(CallContext context, Caller caller, UserId id,
                                  PasswordChange change);

 private:
  using Secrets = user_rows::UserSecrets;
  Result<User> apply(SqlSession& session, const Caller& caller, UserId id,
                     const UserChange& change);
  Result<Secrets> find_changeable(SqlSession& session, const Caller& caller, UserId id) const;
  Task<Result<void>> check_current(CallContext context, Caller caller, UserId id,
                                   std::string current_password);

  Core& core_;
};

std::unexpected<Error> refuse_user();

}  // namespace aiva::identity
