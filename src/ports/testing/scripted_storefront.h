#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/crypto.h"
#include "ports/storefront.h"

namespace aiva {

// A shop in memory that a test fills, changes and makes fail. Products are listed by their ids.
// An event's body is "kind|event|product|item|instant", or "collection|event|id|title|instant"; its
// header `x-signature` is its HMAC in hex.
class ScriptedStorefront final : public Storefront {
 public:
  using Hook = std::function<void(const std::string& call)>;

  explicit ScriptedStorefront(StorefrontAbilities abilities) : abilities_(abilities) {}

  // A product with one variant, one of which is there for 10.00.
  static StoreProduct simple(const std::string& id, const std::string& title) {
    StoreProduct product{.id = id, .handle = "p-" + id, .title = title};
    product.variants.push_back({.id = id + "1",
                                .title = "Default Title",
                                .sku = "SKU-" + id,
                                .price = 10'000'000,
                                .inventory = 1,
                                .inventory_item_id = id + "9"});
    return product;
  }

  // Adds or changes a product; it was changed a millisecond after whatever changed before.
  void put(StoreProduct product) {
    std::lock_guard lock(mutex_);
    product.updated_at = ++now_;
    products_[product.id] = std::move(product);
  }
  void remove(const std::string& id) {
    std::lock_guard lock(mutex_);
    products_.erase(id);
  }
  // Changes how much of the first variant there is; the product counts as unchanged.
  void set_stock(const std::string& id, std::int64_t inventory) {
    std::lock_guard lock(mutex_);
    if (auto found = products_.find(id); found != products_.end())
      found->second.variants.front().inventory = inventory;
  }
  // The collections a product is in; the product counts as unchanged.
  void set_collections(const std::string& id, std::vector<StoreCollection> collections) {
    std::lock_guard lock(mutex_);
    if (auto found = products_.find(id); found != products_.end())
      found->second.collections = std::move(collections);
  }
  [[nodiscard]] std::map<std::string, StoreProduct> products() const {
    std::lock_guard lock(mutex_);
    return products_;
  }

  // Runs before each call is answered.
  void before_each(Hook hook) {
    std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
  }
  // The next `count` calls fail with this error.
  void fail_next(int count, Error error) {
    std::lock_guard lock(mutex_);
    failures_left_ = count;
    error_ = std::move(error);
  }
  [[nodiscard]] int calls(const std::string& name) const {
    std::lock_guard lock(mutex_);
    auto found = calls_.find(name);
    return found == calls_.end() ? 0 : found->second;
  }
  void forget_calls() {
    std::lock_guard lock(mutex_);
    calls_.clear();
  }
  // The next page that is asked for by a cursor is refused.
  void expire_cursor() { is_cursor_expired_ = true; }
  void set_page_size(std::size_t size) { page_size_ = size; }
  void set_token(std::string token) { token_ = std::move(token); }
  // What the last call was made with.
  [[nodiscard]] std::string last_token() const {
    std::lock_guard lock(mutex_);
    return last_token_;
  }
  void set_abilities(StorefrontAbilities abilities) { abilities_ = abilities; }
  void set_identity(StoreIdentity identity) { identity_ = std::move(identity); }
  // How often an export is looked at before it is done, and how it ends.
  void set_export(int looks, StoreExport::State end) {
    export_looks_ = looks;
    export_end_ = end;
  }
  [[nodiscard]] const std::vector<std::string>& subscribed() const { return subscribed_; }

  static std::vector<HttpHeader> sign(const std::string& body, const std::string& secret) {
    return {{"x-signature", to_hex(hmac_sha256(secret, body))}};
  }

  [[nodiscard]] StorefrontAbilities abilities() const override { return abilities_; }

  Task<Result<StoreIdentity>> identify(CallContext context, StoreAccess access) override {
    CO_TRY_VOID(answer(context, "identify", access));
    co_return identity_;
  }

  Task<Result<std::int64_t>> count_products(CallContext context, StoreAccess access,
                                            ProductScope scope, UnixMs updated_since) override {
    CO_TRY_VOID(answer(context, "count_products", access));
    co_return static_cast<std::int64_t>(matching(scope, updated_since).size());
  }

  Task<Result<ProductPage>> list_products(CallContext context, StoreAccess access,
                                          ListRequest request) override {
    CO_TRY_VOID(answer(context, "list_products", access));
    CO_TRY_VOID(check_cursor(request.cursor));
    ProductPage page;
    for (auto& product : matching(request.scope, request.updated_since)) {
      if (product.id <= request.cursor) continue;
      if (page.products.size() == page_size_) page.next = page.products.back().id;
      if (!page.next.empty()) break;
      page.products.push_back(std::move(product));
    }
    co_return page;
  }

  Task<Result<TracePage>> list_traces(CallContext context, StoreAccess access,
                                      ListRequest request) override {
    CO_TRY_VOID(answer(context, "list_traces", access));
    CO_TRY_VOID(check_cursor(request.cursor));
    TracePage page;
    for (const auto& product : matching(request.scope, request.updated_since)) {
      if (product.id <= request.cursor) continue;
      if (page.traces.size() == page_size_) page.next = page.traces.back().id;
      if (!page.next.empty()) break;
      ProductTrace trace{.id = product.id, .updated_at = product.updated_at};
      for (const auto& variant : product.variants)
        trace.inventories.emplace_back(variant.id, variant.inventory);
      page.traces.push_back(std::move(trace));
    }
    co_return page;
  }

  Task<Result<std::vector<StoreProduct>>> get_products(CallContext context, StoreAccess access,
                                                       std::vector<std::string> ids) override {
    CO_TRY_VOID(answer(context, "get_products", access));
    if (ids.size() > 250) co_return fail(ErrorCode::invalid, "At most 250");
    std::vector<StoreProduct> found;
    std::lock_guard lock(mutex_);
    for (const auto& id : ids)
      if (auto product = products_.find(id); product != products_.end())
        found.push_back(product->second);
    co_return found;
  }

  Task<Result<std::string>> product_of_inventory_item(CallContext context, StoreAccess access,
                                                      std::string item) override {
    CO_TRY_VOID(answer(context, "product_of_inventory_item", access));
    for (const auto& product : matching({}, 0))
      for (const auto& variant : product.variants)
        if (variant.inventory_item_id == item) co_return product.id;
    co_return fail(ErrorCode::not_found, "No such item");
  }

  Task<Result<std::vector<StoreCollection>>> list_collections(CallContext context,
                                                              StoreAccess access) override {
    CO_TRY_VOID(answer(context, "list_collections", access));
    co_return std::vector<StoreCollection>{{.id = "c1", .title = "Shoes"}};
  }

  Task<Result<StoreExport>> start_export(CallContext context, StoreAccess access,
                                         ProductScope scope) override {
    CO_TRY_VOID(answer(context, "start_export", access));
    exported_ = matching(scope, 0);
    looks_left_ = export_looks_;
    co_return StoreExport{.id = "export-1"};
  }

  Task<Result<StoreExport>> look_at_export(CallContext context, StoreAccess access,
                                           std::string id) override {
    CO_TRY_VOID(answer(context, "look_at_export", access));
    StoreExport seen{.id = std::move(id)};
    if (looks_left_-- > 0) co_return seen;
    seen.state = export_end_;
    seen.objects = static_cast<std::int64_t>(exported_.size());
    if (!exported_.empty()) seen.url = "https://files.example/export-1";
    co_return seen;
  }

  Task<Result<void>> cancel_export(CallContext context, StoreAccess access, std::string) override {
    CO_TRY_VOID(answer(context, "cancel_export", access));
    co_return Result<void>{};
  }

  Task<Result<std::unique_ptr<ProductStream>>> open_export(CallContext context, StoreAccess access,
                                                           StoreExport,
                                                           std::int64_t skip) override {
    CO_TRY_VOID(answer(context, "open_export", access));
    co_return std::make_unique<Stream>(*this, static_cast<std::size_t>(skip), std::move(access));
  }

  Task<Result<std::optional<StoreOrder>>> find_order(CallContext context, StoreAccess access,
                                                     std::string) override {
    CO_TRY_VOID(answer(context, "find_order", access));
    co_return std::optional<StoreOrder>();
  }
  [[nodiscard]] std::string cart_link(const StoreIdentity&,
                                      const std::vector<CartLine>&) const override {
    return {};
  }

  Task<Result<void>> subscribe(CallContext context, StoreAccess access,
                               std::string address) override {
    CO_TRY_VOID(answer(context, "subscribe", access));
    subscribed_.push_back(std::move(address));
    co_return Result<void>{};
  }

  [[nodiscard]] Result<StoreEvent> read_event(const std::vector<HttpHeader>& headers,
                                              std::string_view body,
                                              std::string_view secret) const override {
    bool is_signed =
        headers.size() == 1 &&
        headers.front().value == sign(std::string(body), std::string(secret)).front().value;
    if (!is_signed) return fail(ErrorCode::unauthenticated, "Not signed");
    std::vector<std::string> words;
    for (auto left = body; words.size() < 5;) {
      auto word = left.substr(0, left.find('|'));
      words.emplace_back(word);
      left.remove_prefix(std::min(word.size() + 1, left.size()));
    }
    StoreEvent event{.topic = words[0], .delivery = words[1] + "-x", .event = words[1]};
    event.kind = kind_of(words[0]);
    event.domain = domain_;
    bool is_of_collection = event.kind == StoreEvent::Kind::collection_changed;
    if (is_of_collection) event.collection = {.id = words[2], .title = words[3]};
    if (!is_of_collection) event.product_id = words[2];
    if (!is_of_collection) event.inventory_item_id = words[3];
    if (!words[4].empty()) event.triggered_at = std::stoll(words[4]);
    return event;
  }
  void set_event_domain(std::string domain) { domain_ = std::move(domain); }

  [[nodiscard]] std::string consent_address(const std::string& address, const App& app,
                                            const std::string& return_address,
                                            const std::string& state) const override {
    return "https://" + address + "/agree?client=" + app.client_id + "&to=" + return_address +
           "&state=" + state;
  }
  [[nodiscard]] Result<void> check_return(std::string_view query,
                                          std::string_view client_secret) const override {
    if (query.ends_with("&hmac=" + std::string(client_secret))) return {};
    return fail(ErrorCode::unauthenticated, "Not signed");
  }
  Task<Result<Grant>> exchange_code(CallContext context, std::string, App,
                                    std::string code) override {
    CO_TRY_VOID(context.check());
    if (code != "good") co_return fail(ErrorCode::unauthenticated, "The code is refused");
    co_return grant();
  }
  Task<Result<Grant>> renew_grant(CallContext context, std::string, App,
                                  std::string refresh_token) override {
    CO_TRY_VOID(context.check());
    Hook hook;
    {
      std::lock_guard lock(mutex_);
      ++calls_["renew_grant"];
      hook = hook_;
    }
    if (hook) hook("renew_grant");
    std::lock_guard lock(mutex_);
    if (failures_left_ > 0) {
      --failures_left_;
      co_return fail(error_);
    }
    if (grants_ == 0 || refresh_token != refresh_token_of(grants_))
      co_return fail(ErrorCode::unauthenticated, "The owner has to agree again");
    ++grants_;
    token_ = "token-" + std::to_string(grants_);
    co_return grant();
  }
  // From now on tokens run out at that time and are renewed; each renewal gives another one, which
  // alone is good then.
  void give_tokens_until(UnixMs expires_at) {
    std::lock_guard lock(mutex_);
    grants_ = std::max(grants_, 1);
    token_expires_at_ = expires_at;
  }
  // The owner took the consent back.
  void refuse_renewals() {
    std::lock_guard lock(mutex_);
    grants_ += 1000;
  }
  [[nodiscard]] Result<std::string> fit_address(std::string_view address) const override {
    if (address.starts_with("https://")) return std::string(address);
    bool is_name = !address.empty() && std::ranges::all_of(address, [](char c) {
      return (c >= 'a' && c <= 'z') || c == '-' || c == '.';
    });
    if (!is_name) return fail(invalid_field("address", "must be a shop's address"));
    if (address.ends_with(".myshopify.com")) return std::string(address);
    return std::string(address) + ".myshopify.com";
  }

 private:
  [[nodiscard]] static std::string refresh_token_of(int grant) {
    return "refresh-" + std::to_string(grant);
  }
  [[nodiscard]] Grant grant() const {
    Grant given{.token = token_, .scopes = {"read_products"}};
    if (grants_ == 0) return given;
    given.refresh_token = refresh_token_of(grants_);
    given.expires_at = token_expires_at_;
    given.refresh_expires_at = token_expires_at_ + 1'000'000'000;
    return given;
  }

  class Stream final : public ProductStream {
   public:
    Stream(ScriptedStorefront& shop, std::size_t next, StoreAccess access)
        : shop_(shop), next_(next), access_(std::move(access)) {}
    Task<Result<std::vector<StoreProduct>>> next(CallContext context,
                                                 std::size_t count_max) override {
      CO_TRY_VOID(shop_.answer(context, "next", access_));
      std::vector<StoreProduct> part;
      while (next_ < shop_.exported_.size() && part.size() < count_max)
        part.push_back(shop_.exported_[next_++]);
      co_return part;
    }

   private:
    ScriptedStorefront& shop_;
    std::size_t next_;
    StoreAccess access_;
  };

  static StoreEvent::Kind kind_of(std::string_view topic) {
    using Kind = StoreEvent::Kind;
    if (topic == "changed") return Kind::product_changed;
    if (topic == "deleted") return Kind::product_deleted;
    if (topic == "inventory") return Kind::inventory_changed;
    if (topic == "order") return Kind::order_changed;
    if (topic == "collection") return Kind::collection_changed;
    if (topic == "uninstalled") return Kind::uninstalled;
    if (topic == "data_request") return Kind::customer_data_request;
    if (topic == "customer_redact") return Kind::customer_redact;
    if (topic == "shop_redact") return Kind::shop_redact;
    return Kind::other;
  }

  Result<void> answer(const CallContext& context, const std::string& call,
                      const StoreAccess& access) {
    TRY_VOID(context.check());
    Hook hook;
    {
      std::lock_guard lock(mutex_);
      ++calls_[call];
      last_token_ = access.token;
      hook = hook_;
    }
    if (hook) hook(call);
    TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    if (!token_.empty() && access.token != token_)
      return fail(ErrorCode::unauthenticated, "The token is refused");
    if (failures_left_ == 0) return {};
    --failures_left_;
    return fail(error_);
  }

  Result<void> check_cursor(const std::string& cursor) {
    if (cursor.empty() || !is_cursor_expired_) return {};
    is_cursor_expired_ = false;
    return fail(invalid_field("cursor", "has expired"));
  }

  [[nodiscard]] std::vector<StoreProduct> matching(const ProductScope& scope, UnixMs since) const {
    std::lock_guard lock(mutex_);
    std::vector<StoreProduct> found;
    for (const auto& [id, product] : products_) {
      bool is_state = scope.states.empty() ||
                      std::ranges::find(scope.states, product.state) != scope.states.end();
      bool is_inside =
          scope.collections.empty() ||
          std::ranges::any_of(product.collections, [&](const auto& collection) {
            return std::ranges::find(scope.collections, collection.id) != scope.collections.end();
          });
      if (is_state && is_inside && product.updated_at >= since) found.push_back(product);
    }
    return found;
  }

  mutable std::mutex mutex_;
  std::map<std::string, StoreProduct> products_;
  UnixMs now_ = 1'735'000'000'000;
  StorefrontAbilities abilities_;
  StoreIdentity identity_{.name = "Shop", .domain = "shop.example", .currency = "EUR"};
  std::string token_;
  std::string last_token_;
  int grants_ = 0;  // of tokens that run out
  UnixMs token_expires_at_ = 0;
  std::string domain_;
  std::size_t page_size_ = 3;
  Hook hook_;
  std::map<std::string, int> calls_;
  int failures_left_ = 0;
  Error error_;
  bool is_cursor_expired_ = false;
  std::vector<StoreProduct> exported_;
  int export_looks_ = 2;
  int looks_left_ = 0;
  StoreExport::State export_end_ = StoreExport::State::completed;
  std::vector<std::string> subscribed_;
};

}  // namespace aiva
