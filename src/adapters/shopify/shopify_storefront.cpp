#include "adapters/shopify/shopify_storefront.h"

#include <algorithm>
#include <utility>

#include "adapters/shopify/internal/address.h"
#include "adapters/shopify/internal/admin_api.h"
#include "adapters/shopify/internal/catalogue_reader.h"
#include "adapters/shopify/internal/consent.h"
#include "adapters/shopify/internal/events.h"
#include "adapters/shopify/internal/exports.h"
#include "adapters/shopify/internal/orders.h"
#include "adapters/shopify/internal/reading.h"
#include "adapters/shopify/internal/subscriptions.h"
#include "foundation/json.h"

namespace aiva {
namespace {

constexpr std::size_t cart_lines_max = 100;
constexpr std::int64_t cart_quantity_max = 1'000'000;
constexpr std::size_t code_bytes_max = 1024;

class ShopifyStorefront final : public Storefront {
 public:
  ShopifyStorefront(const ShopifyParts& parts, ShopifySettings settings)
      : clock_(parts.clock), api_(parts, std::move(settings)), catalogue_(api_), exports_(api_) {}

  [[nodiscard]] StorefrontAbilities abilities() const override {
    return {.has_exports = true, .has_traces = true, .has_orders = true, .has_webhooks = true};
  }

  Task<Result<StoreIdentity>> identify(CallContext context, StoreAccess access) override {
    return catalogue_.identify(std::move(context), std::move(access));
  }
  Task<Result<std::int64_t>> count_products(CallContext context, StoreAccess access,
                                            ProductScope scope, UnixMs updated_since) override {
    return catalogue_.count_products(std::move(context), std::move(access), std::move(scope),
                                     updated_since);
  }
  Task<Result<ProductPage>> list_products(CallContext context, StoreAccess access,
                                          ListRequest request) override {
    return catalogue_.list_products(std::move(context), std::move(access), std::move(request));
  }
  Task<Result<TracePage>> list_traces(CallContext context, StoreAccess access,
                                      ListRequest request) override {
    return catalogue_.list_traces(std::move(context), std::move(access), std::move(request));
  }
  Task<Result<std::vector<StoreProduct>>> get_products(CallContext context, StoreAccess access,
                                                       std::vector<std::string> ids) override {
    return catalogue_.get_products(std::move(context), std::move(access), std::move(ids));
  }
  Task<Result<std::string>> product_of_inventory_item(CallContext context, StoreAccess access,
                                                      std::string item) override {
    return catalogue_.product_of_inventory_item(std::move(context), std::move(access),
                                                std::move(item));
  }
  Task<Result<std::vector<StoreCollection>>> list_collections(CallContext context,
                                                              StoreAccess access) override {
    return catalogue_.list_collections(std::move(context), std::move(access));
  }

  Task<Result<StoreExport>> start_export(CallContext context, StoreAccess access,
                                         ProductScope scope) override {
    return exports_.start(std::move(context), std::move(access), std::move(scope));
  }
  Task<Result<StoreExport>> look_at_export(CallContext context, StoreAccess access,
                                           std::string id) override {
    return exports_.look(std::move(context), std::move(access), std::move(id));
  }
  Task<Result<void>> cancel_export(CallContext context, StoreAccess access,
                                   std::string id) override {
    return exports_.cancel(std::move(context), std::move(access), std::move(id));
  }
  Task<Result<std::unique_ptr<ProductStream>>> open_export(CallContext context, StoreAccess,
                                                           StoreExport done,
                                                           std::int64_t skip) override {
    return exports_.open(std::move(context), std::move(done), skip);
  }

  Task<Result<std::optional<StoreOrder>>> find_order(CallContext context, StoreAccess access,
                                                     std::string number) override {
    return shopify::find_order(api_, std::move(context), std::move(access), std::move(number));
  }

  [[nodiscard]] std::string cart_link(const StoreIdentity& store,
                                      const std::vector<CartLine>& lines) const override {
    std::string items;
    for (const auto& line : lines) {
      bool is_sound = shopify::is_number(line.variant) && line.quantity > 0 &&
                      line.quantity <= cart_quantity_max;
      if (!is_sound) return {};
      items += (items.empty() ? "" : ",") + line.variant + ":" + std::to_string(line.quantity);
    }
    if (items.empty() || lines.size() > cart_lines_max || store.domain.empty()) return {};
    return "https://" + store.domain + "/cart/" + items;
  }

  Task<Result<void>> subscribe(CallContext context, StoreAccess access,
                               std::string address) override {
    return shopify::subscribe(api_, std::move(context), std::move(access), std::move(address));
  }
  [[nodiscard]] Result<StoreEvent> read_event(const std::vector<HttpHeader>& headers,
                                              std::string_view body,
                                              std::string_view secret) const override {
    return shopify::read_event(headers, body, secret);
  }

  [[nodiscard]] std::string consent_address(const std::string& address, const App& app,
                                            const std::string& return_address,
                                            const std::string& state) const override {
    auto origin = api_.origin_of(address);
    if (!origin) return {};
    return shopify::consent_address(*origin, app, api_.settings().scopes, return_address, state);
  }
  [[nodiscard]] Result<void> check_return(std::string_view query,
                                          std::string_view client_secret) const override {
    return shopify::check_return(query, client_secret);
  }
  Task<Result<Grant>> exchange_code(CallContext context, std::string address, App app,
                                    std::string code) override {
    if (code.empty() || code.size() > code_bytes_max)
      co_return fail(ErrorCode::unauthenticated, "The shop's code is not valid");
    auto posting = api_.post(context, std::move(address), "/admin/oauth/access_token",
                             shopify::write_exchange(app, code));
    auto answer = co_await std::move(posting);
    if (answer) co_return shopify::read_grant(answer->get_object(), clock_.unix_ms());
    // The request is ours; what a shop refuses is the code, which is used up or too old.
    if (answer.error().code == ErrorCode::internal)
      co_return fail(ErrorCode::unauthenticated, "The shop's code is not valid any more",
                     answer.error().cause);
    co_return fail(std::move(answer.error()));
  }
  Task<Result<Grant>> renew_grant(CallContext context, std::string address, App app,
                                  std::string refresh_token) override {
    auto posting = api_.post(context, std::move(address), "/admin/oauth/access_token",
                             shopify::write_renewal(app, refresh_token));
    auto answer = co_await std::move(posting);
    if (answer) co_return shopify::read_grant(answer->get_object(), clock_.unix_ms());
    auto error = std::move(answer.error());
    bool is_spent =
        error.cause.contains("invalid_grant") || error.cause.contains("invalid_request");
    if (error.code == ErrorCode::internal && is_spent)
      co_return fail(ErrorCode::unauthenticated, "The shop's owner has to agree again",
                     std::move(error.cause));
    // Here it is the app that is refused, which says nothing about what the owner agreed to.
    if (error.code == ErrorCode::unauthenticated || error.code == ErrorCode::internal)
      co_return fail(ErrorCode::unavailable, "The shop does not know this installation's app",
                     std::move(error.cause));
    co_return fail(std::move(error));
  }
  [[nodiscard]] Result<std::string> fit_address(std::string_view address) const override {
    return shopify::fit_address(address);
  }

 private:
  const Clock& clock_;
  shopify::AdminApi api_;
  shopify::CatalogueReader catalogue_;
  shopify::Exports exports_;
};

}  // namespace

std::unique_ptr<Storefront> make_shopify_storefront(ShopifyParts parts, ShopifySettings settings) {
  return std::make_unique<ShopifyStorefront>(parts, std::move(settings));
}

}  // namespace aiva
