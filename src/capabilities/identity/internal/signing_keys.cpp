#include "capabilities/identity/internal/signing_keys.h"

#include <optional>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/secret_box.h"

namespace aiva::identity {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t kid_bytes = 9;
constexpr std::size_t fixed_kid_length = 12;
constexpr UnixMs look_interval_ms = 5000;
constexpr UnixMs reload_interval_ms = 10 * 60 * 1000;
constexpr std::string_view purpose = "signing key ";

// Names a configured secret without telling anything about it.
std::string kid_of(const std::string& secret) {
  return to_hex(sha256("kid of " + secret)).substr(0, fixed_kid_length);
}

}  // namespace

SigningKeys::SigningKeys(Database& database, const Clock& clock, SigningKeysOptions options)
    : database_(database), clock_(clock), options_(std::move(options)) {
  if (options_.fixed_secrets.empty()) return;
  auto keys = std::make_shared<SigningKeyList>();
  for (const auto& secret : options_.fixed_secrets) keys->push_back({kid_of(secret), secret});
  keys_ = std::move(keys);
}

SigningKeysPointer SigningKeys::loaded(bool is_old_welcome) {
  std::lock_guard lock(mutex_);
  bool is_fresh =
      !options_.fixed_secrets.empty() || clock_.unix_ms() - loaded_at_ < reload_interval_ms;
  return is_fresh || is_old_welcome ? keys_ : nullptr;
}

void SigningKeys::expire() {
  std::lock_guard lock(mutex_);
  loaded_at_ = 0;
}

Task<Result<SigningKeysPointer>> SigningKeys::current(CallContext context) {
  if (auto keys = loaded(false)) co_return keys;
  auto loading = load(context);
  auto keys = co_await std::move(loading);
  if (keys) co_return keys;
  if (auto old = loaded(true)) co_return old;
  co_return keys;
}

Task<Result<SigningKeysPointer>> SigningKeys::refreshed(CallContext context) {
  auto now = clock_.unix_ms();
  auto last = last_look_.load();
  if (now - last >= look_interval_ms && last_look_.compare_exchange_strong(last, now)) expire();
  auto loading = current(context);
  auto keys = co_await std::move(loading);
  co_return keys;
}

Task<Result<SigningKeysPointer>> SigningKeys::load(CallContext context) {
  auto reading = read(database_, context, [this](SqlSession& session) -> Result<SigningKeyList> {
    return read_all(session);
  });
  CO_TRY(auto keys, co_await std::move(reading));
  if (keys.empty()) {
    auto making = write(database_, context, [this](SqlSession& session) -> Result<SigningKeyList> {
      TRY(auto present, read_all(session));
      if (!present.empty()) return present;
      TRY_VOID(insert_new(session));
      return read_all(session);
    });
    CO_TRY(keys, co_await std::move(making));
  }
  auto pointer = std::make_shared<const SigningKeyList>(std::move(keys));
  std::lock_guard lock(mutex_);
  keys_ = pointer;
  loaded_at_ = clock_.unix_ms();
  co_return pointer;
}

Result<SigningKeyList> SigningKeys::read_all(SqlSession& session) {
  SigningKeyList keys;
  TRY_VOID(session.query(
      "SELECT kid, sealed_secret FROM signing_keys "
      "WHERE retires_at IS NULL OR retires_at > ? "
      "ORDER BY retires_at IS NULL DESC, created_at DESC, kid",
      {clock_.unix_ms()}, [&](const SqlRow& row) -> Result<void> {
        std::string kid(row.text(0));
        TRY(auto secret, open_secret(options_.master_key, row.text(1), std::string(purpose) + kid));
        keys.push_back({std::move(kid), std::move(secret)});
        return {};
      }));
  return keys;
}

Result<void> SigningKeys::insert_new(SqlSession& session) {
  auto kid = random_token(kid_bytes);
  std::string secret(secret_bytes, '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
  auto sealed = seal_secret(options_.master_key, secret, std::string(purpose) + kid);
  TRY_VOID(
      session.execute("INSERT INTO signing_keys (kid, sealed_secret, created_at) VALUES (?, ?, ?)",
                      {kid, sealed, clock_.unix_ms()}));
  return {};
}

Result<void> SigningKeys::rotate(SqlSession& session) {
  if (!options_.fixed_secrets.empty())
    return fail(ErrorCode::conflict, "The signing keys are set in the configuration");
  TRY_VOID(session.execute("UPDATE signing_keys SET retires_at = ? WHERE retires_at IS NULL",
                           {clock_.unix_ms() + options_.verify_after_rotation_ms}));
  return insert_new(session);
}

}  // namespace aiva::identity
