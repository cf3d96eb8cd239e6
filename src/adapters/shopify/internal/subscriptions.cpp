#include "adapters/shopify/internal/subscriptions.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/shopify/internal/reading.h"

namespace aiva::shopify {
namespace {

struct Topic {
  std::string_view name;
  std::string_view scope;  // without which a shop does not tell of it; empty: none is needed
};

constexpr std::array topics = {
    Topic{"PRODUCTS_CREATE", "read_products"},
    Topic{"PRODUCTS_UPDATE", "read_products"},
    Topic{"PRODUCTS_DELETE", "read_products"},
    Topic{"COLLECTIONS_CREATE", "read_products"},
    Topic{"COLLECTIONS_UPDATE", "read_products"},
    Topic{"COLLECTIONS_DELETE", "read_products"},
    Topic{"INVENTORY_LEVELS_UPDATE", "read_inventory"},
    Topic{"ORDERS_CREATE", "read_orders"},
    Topic{"ORDERS_UPDATED", "read_orders"},
    Topic{"APP_UNINSTALLED", ""},
};
constexpr double mutation_cost = 10;
constexpr double list_cost = 254;
constexpr std::string_view list_text =
    "query($topics: [WebhookSubscriptionTopic!]) { currentAppInstallation { accessScopes { handle "
    "} } webhookSubscriptions(first: 250, topics: $topics) { nodes { topic uri } } }";
constexpr std::string_view create_text =
    "mutation($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate("
    "topic: $topic, webhookSubscription: {uri: $uri, format: JSON}) { webhookSubscription { id } "
    "userErrors { field message } } }";

std::vector<std::string> read_scopes(const json::Object& data) {
  std::vector<std::string> scopes;
  const auto* app = object_of(data, "currentAppInstallation");
  const auto* list = app == nullptr ? nullptr : array_of(*app, "accessScopes");
  if (list == nullptr) return scopes;
  for (const auto& value : *list)
    if (const auto* scope = value.if_object()) scopes.push_back(text_of(*scope, "handle"));
  return scopes;
}

// To write something implies to read it.
bool is_granted(const std::vector<std::string>& scopes, std::string_view wanted) {
  if (wanted.empty()) return true;
  auto writing = "write_" + std::string(wanted.substr(wanted.find('_') + 1));
  return std::ranges::any_of(
      scopes, [&](const std::string& scope) { return scope == wanted || scope == writing; });
}

std::vector<std::string> read_present(const json::Object& data, const std::string& address) {
  std::vector<std::string> present;
  const auto* nodes = nodes_of(data, "webhookSubscriptions");
  if (nodes == nullptr) return present;
  for (const auto& value : *nodes) {
    const auto* node = value.if_object();
    if (node != nullptr && text_of(*node, "uri") == address)
      present.push_back(text_of(*node, "topic"));
  }
  return present;
}

Result<void> check_created(const json::Object& data) {
  const auto* payload = object_of(data, "webhookSubscriptionCreate");
  if (payload == nullptr)
    return fail(ErrorCode::unavailable, "The shop's answer makes no sense", "no subscription");
  const auto* errors = array_of(*payload, "userErrors");
  const auto* first = errors == nullptr || errors->empty() ? nullptr : errors->front().if_object();
  if (first == nullptr) return {};
  auto message = text_of(*first, "message");
  // It was made meanwhile, or by an attempt whose answer was lost.
  if (message.contains("already been taken")) return {};
  return fail(ErrorCode::invalid, "The shop does not send its events to this address", message);
}

}  // namespace

Task<Result<void>> subscribe(AdminApi& api, CallContext context, StoreAccess access,
                             std::string address) {
  json::Array names;
  for (const auto& topic : topics) names.emplace_back(topic.name);
  Query listing{.text = std::string(list_text), .cost = list_cost};
  listing.variables["topics"] = std::move(names);
  auto asking = api.query(context, access, std::move(listing));
  CO_TRY(auto data, co_await std::move(asking));
  auto scopes = read_scopes(data.get_object());
  auto present = read_present(data.get_object(), address);
  for (const auto& topic : topics) {
    bool is_there = std::ranges::find(present, topic.name) != present.end();
    if (is_there || !is_granted(scopes, topic.scope)) continue;
    Query creating{.text = std::string(create_text), .cost = mutation_cost};
    creating.variables["topic"] = topic.name;
    creating.variables["uri"] = address;
    auto making = api.query(context, access, std::move(creating));
    CO_TRY(auto made, co_await std::move(making));
    CO_TRY_VOID(check_created(made.get_object()));
  }
  co_return Result<void>();
}

}  // namespace aiva::shopify
