#pragma once

#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/commerce/catalogue.h"
#include "capabilities/commerce/product_search.h"
#include "capabilities/commerce/store_events.h"
#include "capabilities/commerce/stores.h"
#include "capabilities/commerce/syncs.h"

namespace aiva::http {

inline Error no_such(std::string what) {
  return {.code = ErrorCode::not_found, .message = "No such " + std::move(what)};
}

// A lamp in two colours, of which the red one is sold out.
inline commerce::Product prepared_product(KnowledgeBaseId base) {
  commerce::Product product{.id = commerce::ProductId::make(),
                            .store = commerce::StoreId::make(),
                            .knowledge_base = base,
                            .currency = "EUR"};
  product.there = {.id = "gid-1",
                   .handle = "lamp",
                   .title = "Lamp",
                   .description = "It shines.",
                   .vendor = "Umbra",
                   .product_type = "Lamps",
                   .url = "https://shop.example/products/lamp",
                   .tags = {"new"},
                   .collections = {{.id = "c1", .title = "Light"}},
                   .rating = 4.5,
                   .rating_count = 12};
  auto variant = [&product](std::string colour, MicroMoney price, std::int64_t inventory) {
    product.variants.push_back({.id = commerce::VariantId::make(),
                                .there = {.id = "v-" + colour,
                                          .title = colour,
                                          .sku = "LAMP-" + colour,
                                          .price = price,
                                          .inventory = inventory,
                                          .options = {{"Color", colour}}}});
  };
  variant("red", 12'500'000, 0);
  variant("blue", 14'000'000, 7);
  product.variants.back().there.compare_at_price = 20'000'000;
  product.images.push_back({.store_id = "i1",
                            .source_url = "https://cdn.example/lamp.jpg",
                            .alt = "A lamp",
                            .status = "completed",
                            .image = ImageId::make()});
  product.images.push_back({.store_id = "i2",
                            .source_url = "https://cdn.example/2.jpg",
                            .position = 2,
                            .status = "failed",
                            .error = "404"});
  product.embedding_status = "completed";
  product.synced_at = 1'700'000'000'000;
  return product;
}

// One store of one tenant, which remembers what was done with it.
class PreparedStores final : public commerce::Stores {
 public:
  explicit PreparedStores(TenantId tenant) {
    store = {.id = commerce::StoreId::make(),
             .tenant = tenant,
             .knowledge_base = KnowledgeBaseId::make(),
             .address = "lamps.myshopify.com",
             .identity = {.name = "Lamps", .domain = "lamps.example", .currency = "EUR"},
             .has_token = true,
             .scope = {.collections = {"c1"}},
             .created_at = 1'700'000'000'000,
             .updated_at = 1'700'000'000'000};
  }

  Task<Result<commerce::Store>> connect(CallContext context, identity::Caller,
                                        commerce::NewStore wanted) override {
    connected.push_back(std::move(wanted));
    if (context.tenant != store.tenant) co_return fail(no_such("knowledge base"));
    co_return store;
  }
  Task<Result<commerce::Store>> get(CallContext context, commerce::StoreId id) override {
    return found(context, id);
  }
  Task<Result<std::vector<commerce::Store>>> list(CallContext context) override {
    std::vector<commerce::Store> stores;
    if (context.tenant == store.tenant) stores.push_back(store);
    co_return stores;
  }
  Task<Result<commerce::Store>> change(CallContext context, identity::Caller, commerce::StoreId id,
                                       commerce::StoreChange change) override {
    changes.push_back(std::move(change));
    return found(context, id);
  }
  Task<Result<void>> remove(CallContext context, identity::Caller, commerce::StoreId id) override {
    auto finding = found(context, id);
    CO_TRY([[maybe_unused]] auto gone, co_await std::move(finding));
    ++removals;
    co_return Result<void>{};
  }
  Task<Result<commerce::Store>> pause(CallContext context, identity::Caller,
                                      commerce::StoreId id) override {
    store.status = commerce::StoreStatus::paused;
    return found(context, id);
  }
  Task<Result<commerce::Store>> resume(CallContext context, identity::Caller,
                                       commerce::StoreId id) override {
    store.status = commerce::StoreStatus::active;
    return found(context, id);
  }
  Task<Result<commerce::StoreReport>> test(CallContext context, commerce::StoreId id) override {
    auto finding = found(context, id);
    CO_TRY(auto known, co_await std::move(finding));
    co_return commerce::StoreReport{.is_reachable = true,
                                    .identity = known.identity,
                                    .products = 3,
                                    .missing_scopes = {"read_orders"}};
  }
  Task<Result<std::vector<StoreCollection>>> collections(CallContext context,
                                                         commerce::StoreId id) override {
    auto finding = found(context, id);
    CO_TRY([[maybe_unused]] auto known, co_await std::move(finding));
    std::vector<StoreCollection> some;
    some.push_back({.id = "c1", .title = "Light"});
    co_return some;
  }
  Task<Result<std::string>> consent_address(CallContext context, commerce::StoreId id) override {
    auto finding = found(context, id);
    CO_TRY([[maybe_unused]] auto known, co_await std::move(finding));
    co_return std::string("https://lamps.myshopify.com/admin/oauth/authorize?state=s");
  }
  Task<Result<commerce::Store>> finish_consent(CallContext, std::string query) override {
    queries.push_back(query);
    if (!query.contains("state=s&"))
      co_return fail(ErrorCode::unauthenticated, "The <way> back is not known");
    co_return store;
  }
  Task<Result<std::int64_t>> renew_access(CallContext) override { co_return std::int64_t{0}; }
  Task<Result<void>> upload_feed(CallContext context, commerce::StoreId id,
                                 std::string content) override {
    auto finding = found(context, id);
    CO_TRY([[maybe_unused]] auto known, co_await std::move(finding));
    feeds.push_back(std::move(content));
    co_return Result<void>{};
  }

  commerce::Store store{};
  std::vector<commerce::NewStore> connected{};
  std::vector<commerce::StoreChange> changes{};
  std::vector<std::string> queries{};
  std::vector<std::string> feeds{};
  int removals = 0;

 private:
  Task<Result<commerce::Store>> found(CallContext context, commerce::StoreId id) {
    if (context.tenant != store.tenant || id != store.id) co_return fail(no_such("store"));
    co_return store;
  }
};

// One job of one tenant.
class PreparedSyncs final : public commerce::Syncs {
 public:
  explicit PreparedSyncs(const commerce::Store& store) {
    sync = {.id = commerce::SyncId::make(),
            .tenant = store.tenant,
            .store = store.id,
            .knowledge_base = store.knowledge_base,
            .created_at = 1'700'000'000'000};
  }

  Task<Result<commerce::Sync>> start(CallContext context, commerce::StoreId store,
                                     commerce::SyncType type) override {
    if (context.tenant != sync.tenant || store != sync.store) co_return fail(no_such("store"));
    sync.type = type;
    co_return sync;
  }
  Task<Result<commerce::Sync>> get(CallContext context, commerce::SyncId id) override {
    if (context.tenant != sync.tenant || id != sync.id) co_return fail(no_such("job"));
    co_return sync;
  }
  Task<Result<knowledge::PageOf<commerce::Sync>>> list(CallContext context,
                                                       Filter filter) override {
    filters.push_back(filter);
    knowledge::PageOf<commerce::Sync> page;
    if (context.tenant == sync.tenant) {
      page.items.push_back(sync);
      page.total = 1;
    }
    co_return page;
  }
  Task<Result<commerce::Sync>> cancel(CallContext context, commerce::SyncId id) override {
    sync.status = commerce::SyncStatus::cancelled;
    return get(std::move(context), id);
  }
  Task<Result<void>> follow(CallContext, commerce::SyncId, Listener listener) override {
    for (auto status : {commerce::SyncStatus::processing, commerce::SyncStatus::completed}) {
      sync.status = status;
      ++sync.processed_products;
      auto telling = listener(sync);
      CO_TRY_VOID(co_await std::move(telling));
    }
    co_return Result<void>{};
  }
  Task<Result<std::int64_t>> start_due(CallContext) override { co_return std::int64_t{0}; }
  Task<Result<JobOutcome>> run(CallContext, Job) override { co_return fail(no_such("job")); }

  commerce::Sync sync{};
  std::vector<Filter> filters{};
};

// Takes the events of one store whose signature is "good".
class PreparedEvents final : public commerce::StoreEvents {
 public:
  explicit PreparedEvents(commerce::StoreId store) : store_(store) {}

  Task<Result<void>> take(CallContext, commerce::StoreId store, std::vector<HttpHeader> headers,
                          std::string body) override {
    if (store != store_) co_return fail(no_such("store"));
    co_return keep(bodies, headers, std::move(body));
  }
  Task<Result<void>> take_for_shop(CallContext, std::vector<HttpHeader> headers,
                                   std::string body) override {
    co_return keep(bodies_of_app, headers, std::move(body));
  }
  Task<Result<std::int64_t>> remove_old(CallContext, std::chrono::days) override {
    co_return std::int64_t{0};
  }

  std::vector<std::string> bodies{};
  std::vector<std::string> bodies_of_app{};

 private:
  static Result<void> keep(std::vector<std::string>& kept, const std::vector<HttpHeader>& headers,
                           std::string body) {
    bool is_signed = false;
    for (const auto& header : headers)
      is_signed |= header.name == "X-Shopify-Hmac-Sha256" && header.value == "good";
    if (!is_signed) return fail(ErrorCode::unauthenticated, "The signature does not fit");
    kept.push_back(std::move(body));
    return {};
  }

  commerce::StoreId store_;
};

// One product of one tenant.
class PreparedCatalogue final : public commerce::Catalogue {
 public:
  explicit PreparedCatalogue(TenantId tenant) : tenant_(tenant) {}

  Task<Result<knowledge::PageOf<commerce::Product>>> list(CallContext context,
                                                          Filter filter) override {
    filters.push_back(filter);
    knowledge::PageOf<commerce::Product> page;
    if (context.tenant == tenant_) {
      page.items.push_back(product);
      page.total = 3;
    }
    co_return page;
  }
  Task<Result<commerce::Product>> get(CallContext context, commerce::ProductId id) override {
    if (context.tenant != tenant_ || id != product.id) co_return fail(no_such("product"));
    co_return product;
  }
  Task<Result<std::vector<commerce::Product>>> get_all(CallContext,
                                                       std::vector<commerce::ProductId>) override {
    co_return std::vector<commerce::Product>{};
  }
  Task<Result<commerce::CatalogueStatistics>> statistics(
      CallContext, std::optional<commerce::StoreId>) override {
    co_return commerce::CatalogueStatistics{.products = 3, .active = 2, .variants = 5};
  }

  commerce::Product product = prepared_product(KnowledgeBaseId::make());
  std::vector<Filter> filters{};

 private:
  TenantId tenant_;
};

// Finds one product in the knowledge base that has any, and remembers what it was asked.
class PreparedProducts final : public commerce::ProductSearch {
 public:
  Task<Result<commerce::ProductAnswer>> search(CallContext, commerce::ProductQuery query) override {
    if (query.picture) {
      std::ifstream file(*query.picture, std::ios::binary);
      pictures.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    asked.push_back(query);
    if (failure) co_return fail(*failure);
    commerce::ProductAnswer answer{.total = 4,
                                   .corrected = "lamp",
                                   .embedding_model = "m",
                                   .products_searched = 9,
                                   .search_time_ms = 20};
    commerce::ProductHit hit{.product = prepared_product(query.knowledge_base),
                             .score = 1,
                             .cosine = 0.5,
                             .thumbnail_url = "/api/images/a/b.thumbnail.jpg"};
    hit.variants = {hit.product.variants.back().id};
    answer.hits.push_back(std::move(hit));
    if (query.wants_facets) {
      commerce::Facets facets{.price_least = 12'500'000, .in_stock = 1};
      facets.vendors.push_back({.value = "Umbra", .count = 1});
      answer.facets = std::move(facets);
    }
    co_return answer;
  }
  Task<Result<std::vector<KnowledgeBaseId>>> with_products(
      CallContext, std::vector<KnowledgeBaseId> bases) override {
    std::erase_if(bases, [this](auto base) { return base.to_string() != base_with_products; });
    co_return bases;
  }

  std::string base_with_products{};
  std::optional<Error> failure{};
  std::vector<commerce::ProductQuery> asked{};
  std::vector<std::string> pictures{};
};

}  // namespace aiva::http
