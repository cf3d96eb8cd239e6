#include "capabilities/identity/internal/passwords.h"

#include <gtest/gtest.h>

#include <set>

#include "capabilities/identity/internal/password_hasher.h"

namespace aiva::identity {
namespace {

std::string complaint_about(const std::string& password) {
  auto checked = check_new_password("password", password);
  return checked ? "" : checked.error().details[0].message;
}

TEST(Passwords, must_be_long_enough_with_an_upper_case_letter_and_a_digit) {
  EXPECT_EQ(complaint_about("Passw0rd"), "");
  EXPECT_EQ(complaint_about("Passw0r"), "must have at least 8 characters");
  EXPECT_EQ(complaint_about("Pä0ßwör"), "must have at least 8 characters");
  EXPECT_EQ(complaint_about("passw0rd"), "must contain an upper case letter");
  EXPECT_EQ(complaint_about("Password"), "must contain a digit");
}

TEST(Passwords, are_refused_rather_than_cut) {
  EXPECT_EQ(complaint_about("A1" + std::string(70, 'x')), "");
  EXPECT_EQ(complaint_about("A1" + std::string(71, 'x')), "must have at most 72 bytes");
  EXPECT_EQ(complaint_about(std::string("Passw0rd\0more", 13)), "must not contain a NUL character");
}

TEST(Passwords, made_at_random_differ_and_pass_the_rules) {
  std::set<std::string> made;
  for (int i = 0; i < 50; ++i) {
    auto password = make_random_password();
    EXPECT_EQ(password.size(), 20U);
    EXPECT_EQ(complaint_about(password), "");
    made.insert(password);
  }
  EXPECT_EQ(made.size(), 50U);
}

bool matches(PasswordHasher& hasher, const std::string& password, const std::string& hash) {
  auto is_match = sync_wait(hasher.matches({}, password, hash));
  EXPECT_TRUE(is_match.has_value());
  return is_match.value_or(false);
}

TEST(PasswordHasher, knows_the_password_it_hashed) {
  PasswordHasher hasher({.cost = 10});

  auto hash = sync_wait(hasher.hash({}, "Correct horse 1")).value();

  EXPECT_TRUE(hash.starts_with("$2b$10$"));
  EXPECT_TRUE(matches(hasher, "Correct horse 1", hash));
  EXPECT_FALSE(matches(hasher, "Correct horse 2", hash));
  EXPECT_NE(sync_wait(hasher.hash({}, "Correct horse 1")).value(), hash);
}

TEST(PasswordHasher, accepts_hashes_of_other_bcrypt_programs) {
  PasswordHasher hasher({.cost = 10});
  // A published test vector of crypt_blowfish.
  const std::string foreign = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

  EXPECT_TRUE(matches(hasher, "U*U", foreign));
  EXPECT_FALSE(matches(hasher, "U*V", foreign));
  EXPECT_TRUE(hasher.is_outdated(foreign));
}

TEST(PasswordHasher, never_matches_without_a_hash_or_beyond_what_bcrypt_reads) {
  PasswordHasher hasher({.cost = 10});
  std::string longest(72, 'x');
  auto hash = sync_wait(hasher.hash({}, longest)).value();

  EXPECT_FALSE(matches(hasher, "", ""));
  EXPECT_FALSE(matches(hasher, longest + "y", hash));
  EXPECT_FALSE(matches(hasher, std::string("x\0y", 3), bcrypt("x", make_bcrypt_salt(10)).value()));
}

TEST(PasswordHasher, sees_that_a_hash_was_cheaper) {
  PasswordHasher hasher({.cost = 11});

  EXPECT_TRUE(hasher.is_outdated(make_bcrypt_salt(10)));
  EXPECT_FALSE(hasher.is_outdated(make_bcrypt_salt(11)));
  EXPECT_TRUE(hasher.is_outdated("plain"));
}

TEST(PasswordHasher, refuses_work_beyond_its_queue) {
  PasswordHasher hasher({.cost = 10, .threads = 1, .queue_max = 0});

  auto refused = sync_wait(hasher.hash({}, "Correct horse 1"));

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva::identity
