#include "capabilities/identity/internal/core.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

namespace aiva::identity {
namespace {

constexpr const char* changes_topic = "access";
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t waiting_per_thread_max = 64;
constexpr std::chrono::hours signer_lag_max{1};  // how long a process may sign with the last key

std::size_t bcrypt_threads(const IdentitySettings& settings) {
  if (settings.bcrypt_threads > 0) return settings.bcrypt_threads;
  return std::max(std::thread::hardware_concurrency(), 1U);
}

Counter& count_logins(Metrics& metrics, const char* result) {
  return metrics.counter("aiva_logins_total", "Sign-ins by password", {{"result", result}});
}

UnixMs to_ms(std::chrono::seconds duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

Core::Core(IdentityParts parts, IdentitySettings given)
    : database(parts.database),
      clock(parts.clock),
      settings(std::move(given)),
      hasher({.cost = settings.bcrypt_cost,
              .threads = bcrypt_threads(settings),
              .queue_max = waiting_per_thread_max * bcrypt_threads(settings)}),
      keys(parts.database, parts.clock,
           {.master_key = settings.master_key,
            .fixed_secrets = settings.signing_secrets,
            .verify_after_rotation_ms = to_ms(settings.token_lifetime + signer_lag_max)}),
      access(settings.cached_principals_max, changes_seen_within),
      failed_logins(settings.failed_logins_written_per_minute_max),
      logins_succeeded(count_logins(parts.metrics, "ok")),
      logins_failed(count_logins(parts.metrics, "failed")),
      signals(parts.signals) {
  if (signals == nullptr) return;
  changes_elsewhere = signals->subscribe(changes_topic, [this](std::string_view payload) {
    auto owner = Uuid::parse(payload);
    if (owner)
      access.forget(*owner);
    else
      access.forget_all();
  });
}

void Core::forget(const Uuid& owner) {
  access.forget(owner);
  if (signals != nullptr) signals->publish(changes_topic, owner.to_string());
}

void Core::forget_all() {
  access.forget_all();
  if (signals != nullptr) signals->publish(changes_topic, {});
}

Result<void> require_signed_in(const Caller& caller) {
  if (caller.principal == nullptr) return fail(ErrorCode::unauthenticated, "Sign in to do this");
  return {};
}

Result<void> require(const Caller& caller, Permission permission) {
  TRY_VOID(require_signed_in(caller));
  if (!caller.principal->may(permission))
    return fail(ErrorCode::forbidden, "This needs the right " + std::string(to_string(permission)));
  return {};
}

Result<std::string> check_name(std::string_view field, std::string_view name) {
  constexpr std::string_view white_space = " \t\r\n";
  name.remove_prefix(std::min(name.find_first_not_of(white_space), name.size()));
  name = name.substr(0, name.find_last_not_of(white_space) + 1);
  if (name.empty()) return fail(invalid_field(std::string(field), "must not be empty"));
  if (name.size() > name_bytes_max)
    return fail(invalid_field(std::string(field), "must have at most 200 bytes"));
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return fail(invalid_field(std::string(field), "must not contain control characters"));
  return std::string(name);
}

void FieldMistakes::note(const Error& error) {
  mistakes_.insert(mistakes_.end(), error.details.begin(), error.details.end());
}

Result<void> FieldMistakes::finish() {
  if (mistakes_.empty()) return {};
  Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
  error.details = std::move(mistakes_);
  return fail(std::move(error));
}

}  // namespace aiva::identity
