#include "adapters/product_feed/product_feed.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/product_feed/internal/feed.h"
#include "adapters/product_feed/internal/feed_source.h"
#include "adapters/product_feed/internal/item.h"
#include "adapters/product_feed/internal/kept_feeds.h"
#include "adapters/product_feed/internal/loading_turns.h"
#include "foundation/crypto.h"

namespace aiva {
namespace {

using product_feed::Feed;
using FeedPointer = std::shared_ptr<const Feed>;

// A feed read so lately answers small questions without being fetched.
constexpr std::chrono::seconds fresh_for{60};
constexpr std::size_t ids_max = 250;
constexpr std::chrono::milliseconds turn_looked_for_every{100};

std::unexpected<Error> none(const char* what) {
  return fail(ErrorCode::unavailable, std::string("A product feed has no ") + what);
}

// Whether the products of a scope include it.
bool is_in(const StoreProduct& product, const ProductScope& scope) {
  bool has_state =
      scope.states.empty() || std::ranges::find(scope.states, product.state) != scope.states.end();
  auto is_wanted = [&scope](const StoreCollection& collection) {
    return std::ranges::find(scope.collections, collection.id) != scope.collections.end();
  };
  return has_state &&
         (scope.collections.empty() || std::ranges::any_of(product.collections, is_wanted));
}

// A feed that does not tell when its products changed lists them all.
bool is_newer(const StoreProduct& product, UnixMs since) {
  return since == 0 || product.updated_at == 0 || product.updated_at >= since;
}

// Where a list goes on: in which content, at which product.
struct Place {
  std::string hash;
  std::size_t next = 0;
};

std::string write_place(const Place& place) {
  return place.hash + ":" + std::to_string(place.next);
}

std::optional<Place> read_place(std::string_view text) {
  auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Place place{.hash = std::string(text.substr(0, colon))};
  auto digits = text.substr(colon + 1);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place.next);
  bool is_number = error == std::errc() && end == digits.data() + digits.size();
  return is_number ? std::optional(place) : std::nullopt;
}

class ProductFeedStorefront final : public Storefront {
 public:
  ProductFeedStorefront(ProductFeedParts parts, ProductFeedSettings settings)
      : parts_(std::move(parts)), settings_(settings) {}

  [[nodiscard]] StorefrontAbilities abilities() const override { return {}; }

  Task<Result<StoreIdentity>> identify(CallContext context, StoreAccess access) override {
    auto host = product_feed::host_of(access.address);
    auto loading = load_fresh(std::move(context), std::move(access));
    CO_TRY(auto feed, co_await std::move(loading));
    co_return StoreIdentity{
        .name = host.empty() ? "Uploaded feed" : host, .domain = host, .currency = feed->currency};
  }

  Task<Result<std::int64_t>> count_products(CallContext context, StoreAccess access,
                                            ProductScope scope, UnixMs updated_since) override {
    auto loading = load_fresh(std::move(context), std::move(access));
    CO_TRY(auto feed, co_await std::move(loading));
    co_return std::ranges::count_if(feed->products, [&](const StoreProduct& product) {
      return product.updated_at >= updated_since && is_in(product, scope);
    });
  }

  Task<Result<ProductPage>> list_products(CallContext context, StoreAccess access,
                                          ListRequest request) override {
    Place place;
    FeedPointer feed;
    if (request.cursor.empty()) {
      auto loading = load(std::move(context), std::move(access));
      CO_TRY(feed, co_await std::move(loading));
    } else {
      auto read = read_place(request.cursor);
      if (!read) co_return fail(invalid_field("cursor", "is not a cursor of this list"));
      place = std::move(*read);
      auto loading = load_version(std::move(context), std::move(access), place.hash);
      CO_TRY(feed, co_await std::move(loading));
    }
    co_return cut_page(*feed, request, place.next);
  }

  Task<Result<TracePage>> list_traces(CallContext, StoreAccess, ListRequest) override {
    co_return none("traces");
  }

  Task<Result<std::vector<StoreProduct>>> get_products(CallContext context, StoreAccess access,
                                                       std::vector<std::string> ids) override {
    if (ids.size() > ids_max) co_return fail(ErrorCode::too_large, "Too many products at once");
    auto loading = load_fresh(std::move(context), std::move(access));
    CO_TRY(auto feed, co_await std::move(loading));
    std::vector<StoreProduct> products;
    for (const auto& id : ids)
      if (auto found = feed->places.find(id); found != feed->places.end())
        products.push_back(feed->products[found->second]);
    co_return products;
  }

  Task<Result<std::string>> product_of_inventory_item(CallContext, StoreAccess,
                                                      std::string) override {
    co_return none("inventory items");
  }

  Task<Result<std::vector<StoreCollection>>> list_collections(CallContext context,
                                                              StoreAccess access) override {
    auto loading = load_fresh(std::move(context), std::move(access));
    CO_TRY(auto feed, co_await std::move(loading));
    co_return feed->collections;
  }

  Task<Result<StoreExport>> start_export(CallContext, StoreAccess, ProductScope) override {
    co_return none("exports");
  }
  Task<Result<StoreExport>> look_at_export(CallContext, StoreAccess, std::string) override {
    co_return none("exports");
  }
  Task<Result<void>> cancel_export(CallContext, StoreAccess, std::string) override {
    co_return none("exports");
  }
  Task<Result<std::unique_ptr<ProductStream>>> open_export(CallContext, StoreAccess, StoreExport,
                                                           std::int64_t) override {
    co_return none("exports");
  }
  Task<Result<std::optional<StoreOrder>>> find_order(CallContext, StoreAccess,
                                                     std::string) override {
    co_return none("orders");
  }
  [[nodiscard]] std::string cart_link(const StoreIdentity&,
                                      const std::vector<CartLine>&) const override {
    return {};
  }
  Task<Result<void>> subscribe(CallContext, StoreAccess, std::string) override {
    co_return none("events");
  }
  [[nodiscard]] Result<StoreEvent> read_event(const std::vector<HttpHeader>&, std::string_view,
                                              std::string_view) const override {
    return fail(ErrorCode::unauthenticated, "A product feed sends no events");
  }
  [[nodiscard]] std::string consent_address(const std::string&, const App&, const std::string&,
                                            const std::string&) const override {
    return {};
  }
  [[nodiscard]] Result<void> check_return(std::string_view, std::string_view) const override {
    return fail(ErrorCode::unauthenticated, "A product feed asks nobody for consent");
  }
  Task<Result<Grant>> exchange_code(CallContext, std::string, App, std::string) override {
    co_return none("consent");
  }
  Task<Result<Grant>> renew_grant(CallContext, std::string, App, std::string) override {
    co_return none("consent");
  }

  [[nodiscard]] Result<std::string> fit_address(std::string_view address) const override {
    auto trimmed = product_feed::trim(address);
    TRY_VOID(product_feed::check_address(trimmed));
    return std::string(trimmed);
  }

 private:
  [[nodiscard]] ProductPage cut_page(const Feed& feed, const ListRequest& request,
                                     std::size_t begin) const {
    ProductPage page;
    auto at = begin;
    for (; at < feed.products.size() && page.products.size() < settings_.page_products; ++at) {
      const auto& product = feed.products[at];
      if (is_in(product, request.scope) && is_newer(product, request.updated_since))
        page.products.push_back(product);
    }
    if (at < feed.products.size()) page.next = write_place({feed.hash, at});
    return page;
  }

  // Tenants never share what was read, and a token that changed reads it again.
  static std::string name_of(const CallContext& context, const StoreAccess& access) {
    auto digest = sha256(access.token);
    return context.tenant.to_string() + " " + to_hex(digest) + " " + access.address;
  }

  Task<Result<FeedPointer>> load_fresh(CallContext context, StoreAccess access) {
    auto kept = kept_.find(name_of(context, access));
    if (kept.feed && parts_.clock.steady() - kept.read_at < fresh_for) co_return kept.feed;
    auto loading = load(std::move(context), std::move(access));
    auto loaded = co_await std::move(loading);
    co_return loaded;
  }

  // The feed as it was when a list began.
  Task<Result<FeedPointer>> load_version(CallContext context, StoreAccess access,
                                         std::string hash) {
    auto kept = kept_.find(name_of(context, access));
    if (kept.feed && kept.feed->hash == hash) co_return kept.feed;
    auto loading = load(std::move(context), std::move(access));
    CO_TRY(auto feed, co_await std::move(loading));
    if (feed->hash != hash) co_return fail(invalid_field("cursor", "the feed has changed"));
    co_return feed;
  }

  Task<Result<FeedPointer>> load(CallContext context, StoreAccess access) {
    auto name = name_of(context, access);
    product_feed::LoadingTurns::Turn turn(turns_, context.tenant);
    while (!turn.take()) {
      auto pausing = parts_.pause(context, turn_looked_for_every);
      CO_TRY_VOID(co_await std::move(pausing));
    }
    auto fetching = product_feed::fetch_feed(parts_, settings_, context, std::move(access));
    CO_TRY(auto content, co_await std::move(fetching));
    auto kept = kept_.find(name);
    product_feed::FeedLimits limits{.bytes_max = settings_.feed_bytes_max,
                                    .products_max = settings_.products_max};
    auto read = [content = std::move(content), known = kept.feed, limits]() -> Result<FeedPointer> {
      if (known && known->hash == product_feed::hash_of(content)) return known;
      TRY(auto feed, product_feed::read_feed(content, limits));
      return std::make_shared<const Feed>(std::move(feed));
    };
    auto reading = run_on(parts_.parsing, context, std::move(read));
    CO_TRY(auto feed, co_await std::move(reading));
    kept_.keep(name, feed, parts_.clock.steady());
    co_return feed;
  }

  const ProductFeedParts parts_;
  const ProductFeedSettings settings_;
  product_feed::KeptFeeds kept_;
  product_feed::LoadingTurns turns_;
};

}  // namespace

std::unique_ptr<Storefront> make_product_feed_storefront(ProductFeedParts parts,
                                                         ProductFeedSettings settings) {
  return std::make_unique<ProductFeedStorefront>(std::move(parts), settings);
}

}  // namespace aiva
