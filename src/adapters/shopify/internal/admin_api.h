#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/shopify/internal/failure.h"
#include "adapters/shopify/internal/shop_pace.h"
#include "adapters/shopify/shopify_storefront.h"
#include "foundation/json.h"

namespace aiva::shopify {

// A question in GraphQL and the most it may cost, by the provider's published formula.
struct Query {
  std::string text;
  json::Object variables{};
  double cost = 1;
};

// The most a query may cost.
inline constexpr double query_cost_max = 1000;

// A page of a list of REST.
struct RestPage {
  json::Array items{};
  std::string next{};  // its page_info; empty: this was the last
};

// Sends requests to shops, each in its turn, and again where that may help. Failures are those of
// Storefront.
class AdminApi {
 public:
  AdminApi(ShopifyParts parts, ShopifySettings settings);

  // The `data` of the answer, an object.
  Task<Result<json::Value>> query(CallContext context, StoreAccess access, Query query);
  // GET of "products.json?limit=250", whose list is `list`: "products".
  Task<Result<RestPage>> get(CallContext context, StoreAccess access, std::string path,
                             std::string list);
  // What a shop wrote out, from an address it told; no token goes there.
  Task<Result<std::unique_ptr<HttpStream>>> open(CallContext context, std::string url);
  // POST of JSON to a path of the shop itself; the object it answers.
  Task<Result<json::Value>> post(CallContext context, std::string address, std::string path,
                                 std::string body);

  [[nodiscard]] const ShopifySettings& settings() const { return settings_; }
  // "https://name.myshopify.com". Fails with `invalid` for what is no shop's address.
  [[nodiscard]] Result<std::string> origin_of(const std::string& address) const;

 private:
  template <class T>
  using Attempt = std::expected<T, Failure>;
  // How often a request failed so far.
  struct Failures {
    int passing = 0;
    int throttled = 0;
  };

  [[nodiscard]] HttpRequest make_request(std::string method, std::string url,
                                         const std::string& token) const;
  Task<Attempt<HttpResponse>> send(CallContext context, HttpRequest request);
  Task<Attempt<json::Value>> try_query(CallContext context, std::shared_ptr<ShopPace> pace,
                                       HttpRequest request, double cost);
  Task<Attempt<RestPage>> try_get(CallContext context, std::shared_ptr<ShopPace> pace,
                                  HttpRequest request, std::string list);
  Task<Attempt<std::unique_ptr<HttpStream>>> try_open(CallContext context, HttpRequest request);
  // Waits before the next attempt, or fails with the error when there should be none.
  Task<Result<void>> back_off(CallContext context, Failure failure, Failures& failures);
  [[nodiscard]] std::chrono::milliseconds wait_after(const Failure& failure, int failed) const;

  HttpClient& http_;
  const Pause pause_;
  const ShopifySettings settings_;
  ShopPaces paces_;
  Counter& requests_;
  Counter& retries_;
  Counter& throttled_;
};

}  // namespace aiva::shopify
