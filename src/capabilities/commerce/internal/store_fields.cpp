#include "capabilities/commerce/internal/store_fields.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/prepared_product.h"
#include "foundation/secret_box.h"

namespace aiva::commerce {
namespace {

constexpr int interval_least = 5;
constexpr int interval_most = 43'200;
constexpr std::size_t secret_bytes_max = 1024;
constexpr std::size_t address_bytes_max = 2048;
constexpr std::size_t collections_max = 250;
constexpr std::size_t states_max = 3;

class Complaints {
 public:
  void add(std::string field, std::string message) {
    error_.details.push_back({std::move(field), std::move(message)});
  }
  Result<void> finish() {
    if (error_.details.empty()) return {};
    return fail(std::move(error_));
  }

 private:
  Error error_{.code = ErrorCode::invalid, .message = "The request is not valid"};
};

// Visible ASCII, as tokens are.
bool is_secret(std::string_view text) {
  return text.size() <= secret_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

void check_schedule(const SyncSchedule& schedule, Complaints& complaints) {
  if (schedule.interval_minutes < interval_least || schedule.interval_minutes > interval_most)
    complaints.add("interval_minutes", "must be between 5 and 43200");
}

void check_scope(const ProductScope& scope, Complaints& complaints) {
  bool is_fit = scope.collections.size() <= collections_max &&
                std::ranges::all_of(scope.collections, is_store_id);
  if (!is_fit) complaints.add("collections", "must be at most 250 ids of collections");
  if (scope.states.size() > states_max) complaints.add("states", "must be at most three");
}

// The address in the form of its kind. A feed may have none: its content is uploaded.
std::string fit_address(const std::string& address, const std::string& kind,
                        const Storefront& storefront, Complaints& complaints) {
  if (kind == feed_kind && address.empty()) return {};
  bool is_sane = address.size() <= address_bytes_max && !address.starts_with(upload_prefix);
  auto fitted =
      is_sane ? storefront.fit_address(address) : fail(ErrorCode::invalid, "must be an address");
  if (fitted && fitted->starts_with(upload_prefix))
    fitted = fail(ErrorCode::invalid, "must be an address");
  if (fitted) return std::move(*fitted);
  const auto& error = fitted.error();
  complaints.add("address", error.details.empty() ? error.message : error.details.front().message);
  return {};
}

// "https://host:port" of a feed's address, in lower case; empty where it has none. What is written
// in another way counts as another.
std::string origin_of(std::string_view address) {
  auto scheme = address.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string origin(address.substr(0, address.find_first_of("/?#", scheme + 3)));
  for (char& c : origin)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return origin;
}

}  // namespace

Result<NewStore> check_new_store(NewStore store, const Storefront& storefront) {
  Complaints complaints;
  if (store.kind != shop_kind && store.kind != feed_kind)
    complaints.add("kind", "must be shopify or feed");
  store.address = fit_address(store.address, store.kind, storefront, complaints);
  if (!is_secret(store.token)) complaints.add("token", "must be at most 1024 visible characters");
  if (!is_secret(store.app_secret))
    complaints.add("app_secret", "must be at most 1024 visible characters");
  check_schedule(store.schedule, complaints);
  check_scope(store.scope, complaints);
  TRY_VOID(complaints.finish());
  return store;
}

Result<StoreChange> check_change(StoreChange change, const std::string& kind,
                                 const Storefront& storefront) {
  Complaints complaints;
  if (change.token && (change.token->empty() || !is_secret(*change.token)))
    complaints.add("token", "must be at most 1024 visible characters");
  if (change.app_secret && !is_secret(*change.app_secret))
    complaints.add("app_secret", "must be at most 1024 visible characters");
  if (change.address && kind != feed_kind)
    complaints.add("address", "of a shop cannot change; connect the other one");
  else if (change.address)
    change.address = fit_address(*change.address, kind, storefront, complaints);
  if (change.schedule) check_schedule(*change.schedule, complaints);
  if (change.scope) check_scope(*change.scope, complaints);
  TRY_VOID(complaints.finish());
  return change;
}

void apply(StoreRow& row, const StoreChange& change, const std::string& key, UnixMs now) {
  auto& store = row.store;
  // A token was given to be shown to one server. Another gets its own or none.
  bool moves = change.address && origin_of(*change.address) != origin_of(row.address);
  if (moves || change.token) {
    row.token_sealed.clear();
    row.refresh_sealed.clear();
    row.token_expires_at = 0;
    row.refresh_expires_at = 0;
  }
  if (change.token) row.token_sealed = seal_secret(key, *change.token, token_purpose(store.id));
  if (change.token) row.connected_at = now;
  if (change.app_secret && change.app_secret->empty()) row.app_secret_sealed.clear();
  if (change.app_secret && !change.app_secret->empty())
    row.app_secret_sealed = seal_secret(key, *change.app_secret, app_purpose(store.id));
  if (change.address) row.address = *change.address;
  if (change.address) store.address = *change.address;
  if (change.uses_rest) store.uses_rest = *change.uses_rest;
  if (change.schedule) {
    store.schedule = *change.schedule;
    auto next = planned(store.schedule, now);
    bool stays = next > 0 && store.next_sync_at > 0 && store.next_sync_at < next;
    if (!stays) store.next_sync_at = next;
  }
  if (change.scope) store.scope = *change.scope;
  // What is wanted is another catalogue: all of it is read again.
  if (change.scope || change.address) row.read_until = 0;
  bool is_mended = store.status == StoreStatus::error && (change.token || change.address);
  if (is_mended) store.status = StoreStatus::active;
  if (is_mended) store.error.clear();
  store.has_token = !row.token_sealed.empty();
  store.updated_at = now;
}

UnixMs planned(const SyncSchedule& schedule, UnixMs now) {
  if (!schedule.is_automatic) return 0;
  return now + std::chrono::milliseconds(std::chrono::minutes(schedule.interval_minutes)).count();
}

Error as_field_error(Error error) {
  switch (error.code) {
    case ErrorCode::unauthenticated: return invalid_field("token", "The store refuses it");
    case ErrorCode::forbidden: return invalid_field("token", std::move(error.message));
    case ErrorCode::not_found: return invalid_field("address", "There is no such store");
    case ErrorCode::invalid:
      if (!error.details.empty()) return error;
      return invalid_field("address", std::move(error.message));
    case ErrorCode::conflict:
    case ErrorCode::too_large:
    case ErrorCode::quota_exceeded:
    case ErrorCode::rate_limited:
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::cancelled:
    case ErrorCode::internal: return error;
  }
  return error;
}

Error as_store_failure(Error error) {
  bool is_refusal = error.code == ErrorCode::unauthenticated || error.code == ErrorCode::forbidden;
  if (!is_refusal) return error;
  error.code = ErrorCode::unavailable;
  error.message = "The store refuses the access: " + error.message;
  return error;
}

}  // namespace aiva::commerce
