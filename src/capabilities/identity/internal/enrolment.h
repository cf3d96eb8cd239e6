#pragma once

#include <optional>
#include <string>

#include "capabilities/identity/internal/core.h"

namespace aiva::identity {

// How users come into being.
class Enrolment {
 public:
  explicit Enrolment(Core& core) : core_(core) {}

  Task<Result<User>> register_user(CallContext context, Caller caller, Registration registration);
  Task<Result<std::optional<FirstAdmin>>> ensure_first_admin(CallContext context,
                                                             std::string email);

 private:
  // What is known before the password is hashed.
  struct Situation {
    std::string tenant_name;
    bool is_email_taken = false;
  };
  // The new user as the checked registration describes it.
  Result<User> draft(const Caller& caller, const Registration& registration) const;
  Result<Situation> look(SqlSession& session, const User& user, bool is_privileged) const;
  Result<bool> store(SqlSession& session, const Caller& caller, const User& user,
                     const std::string& hash);
  Result<std::optional<FirstAdmin>> store_first(SqlSession& session, FirstAdmin admin,
                                                const std::string& hash);

  Core& core_;
};

}  // namespace aiva::identity
