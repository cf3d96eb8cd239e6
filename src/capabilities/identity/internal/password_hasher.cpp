#include "capabilities/identity/internal/password_hasher.h"

#include <crypt.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "capabilities/identity/internal/passwords.h"
#include "foundation/crypto.h"

namespace aiva::identity {
namespace {

constexpr const char* prefix = "$2b$";
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t bcrypt_bytes_max = 72;
constexpr std::size_t cost_offset = 4;  // behind "$2b$"
constexpr int nice_lowest = 19;

// Overwrites the copy of a password when its work is done.
struct Wipe {
  std::string& secret;
  ~Wipe() { explicit_bzero(secret.data(), secret.size()); }
};

}  // namespace

Result<std::string> bcrypt(const std::string& password, const std::string& setting) {
  auto scratch = std::make_unique<crypt_data>();
  const char* hash = crypt_rn(password.c_str(), setting.c_str(), scratch.get(), sizeof(*scratch));
  Result<std::string> result = fail(internal_error("a stored password hash is malformed"));
  if (hash != nullptr) result = std::string(hash);
  explicit_bzero(scratch.get(), sizeof(*scratch));
  return result;
}

std::string make_bcrypt_salt(int cost) {
  std::array<std::uint8_t, salt_bytes> random{};
  random_bytes(random);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> salt{};
  const char* made = crypt_gensalt_rn(
      prefix, static_cast<unsigned long>(cost), reinterpret_cast<const char*>(random.data()),
      static_cast<int>(random.size()), salt.data(), static_cast<int>(salt.size()));
  AIVA_ASSERT(made != nullptr);
  return made;
}

PasswordHasher::PasswordHasher(PasswordHasherOptions options)
    : cost_(options.cost),
      decoy_salt_(make_bcrypt_salt(options.cost)),
      pool_({.name = "bcrypt",
             .threads = options.threads,
             .queue_max = options.queue_max,
             .nice = nice_lowest}) {}

Task<Result<std::string>> PasswordHasher::hash(CallContext context, std::string password) {
  auto work = [cost = cost_, password = std::move(password)]() mutable -> Result<std::string> {
    Wipe wipe{password};
    return bcrypt(password, make_bcrypt_salt(cost));
  };
  auto task = run_on(pool_, context, std::move(work));
  auto hash = co_await std::move(task);
  co_return hash;
}

Task<Result<bool>> PasswordHasher::matches(CallContext context, std::string password,
                                           std::string stored) {
  bool can_match = !stored.empty() && is_hashable(password);
  if (!is_hashable(password)) password.resize(std::min(password.size(), bcrypt_bytes_max));
  auto work = [can_match, password = std::move(password),
               setting = can_match ? std::move(stored) : decoy_salt_]() mutable -> Result<bool> {
    Wipe wipe{password};
    TRY(auto hash, bcrypt(password, setting));
    return equal_in_constant_time(hash, setting) && can_match;
  };
  auto task = run_on(pool_, context, std::move(work));
  auto is_match = co_await std::move(task);
  co_return is_match;
}

bool PasswordHasher::is_outdated(std::string_view stored) const {
  if (!stored.starts_with(prefix) || stored.size() < cost_offset + 2) return true;
  int stored_cost = (stored[cost_offset] - '0') * 10 + (stored[cost_offset + 1] - '0');
  return stored_cost < cost_;
}

}  // namespace aiva::identity
