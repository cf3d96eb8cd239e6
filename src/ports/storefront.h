#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/http_client.h"

namespace aiva {

// An amount in millionths of the unit of its store's currency (ISO 4217).
using MicroMoney = std::int64_t;

// "12.50" of a store; nothing unless it is a decimal number that fits.
std::optional<MicroMoney> parse_money(std::string_view text);
// With as many digits as it needs, at least two: 12500000 is "12.50".
std::string money_text(MicroMoney amount);

enum class ProductState { active, draft, archived };

std::string_view to_string(ProductState state);
std::optional<ProductState> parse_product_state(std::string_view text);

// A choice of a variant: {"Colour", "red"}.
struct ChosenOption {
  std::string name;
  std::string value;
  bool operator==(const ChosenOption&) const = default;
};

struct StoreImage {
  std::string id;  // of the store; unique within it
  std::string url{};
  std::string alt{};
  int position = 1;  // from 1
};

struct StoreVariant {
  std::string id;  // of the store; unique within it
  std::string title{};
  std::string sku{};
  std::string barcode{};
  MicroMoney price = 0;
  std::optional<MicroMoney> compare_at_price{};  // what it cost before
  std::optional<std::int64_t> inventory{};       // nothing: the store does not count it
  bool is_sold_beyond_stock = false;             // it is sold even when there is none left
  std::vector<ChosenOption> options{};
  std::string image_id{};           // one of the product's; may be empty
  std::string inventory_item_id{};  // what inventory webhooks speak of
  int position = 1;

  // Whether it can be bought now.
  [[nodiscard]] bool is_available() const {
    return !inventory || *inventory > 0 || is_sold_beyond_stock;
  }
};

// A field an owner of a store added: {"custom", "material", "single_line_text_field", "oak"}.
struct Metafield {
  std::string space;
  std::string key;
  std::string type;
  std::string value;
};

struct StoreCollection {
  std::string id;
  std::string title{};
};

// A product as its store has it.
struct StoreProduct {
  std::string id;  // of the store; unique within it
  std::string handle{};
  std::string title{};
  std::string description{};  // plain text
  std::string vendor{};
  std::string product_type{};
  ProductState state = ProductState::active;
  bool is_published = true;  // visible in the shop
  std::string url{};         // its page; may be empty
  std::vector<std::string> tags{};
  std::vector<StoreCollection> collections{};
  std::vector<StoreVariant> variants{};  // by position; at least one
  std::vector<StoreImage> images{};      // by position
  std::vector<Metafield> metafields{};
  std::optional<double> rating{};  // 0…5
  std::int64_t rating_count = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// Where a store is and how to get in. The token is never logged.
struct StoreAccess {
  std::string kind = "shopify";  // shopify | feed
  std::string address{};         // of a shop: "name.myshopify.com"; of a feed: its URL
  std::string token{};           // empty: none is needed
  bool uses_rest = false;        // pages of 250 by the older interface, where there are both
};

struct StoreIdentity {
  std::string name{};
  std::string domain{};               // of the shop that customers see
  std::string currency{};             // ISO 4217
  std::string time_zone{};            // IANA; may be empty
  std::vector<std::string> scopes{};  // what the token may do; empty: the store does not say
};

// Which products a knowledge base has of a store; every part that is set must hold.
struct ProductScope {
  std::vector<std::string> collections{};  // ids; empty: all
  std::vector<ProductState> states{};      // empty: all
};

struct ProductPage {
  std::vector<StoreProduct> products{};
  std::string next{};  // the cursor of the next page; empty: this was the last
};

// What tells that a product changed, without all of it.
struct ProductTrace {
  std::string id;
  UnixMs updated_at = 0;
  // Of its variants, where the store tells: a change of stock need not touch updated_at.
  std::vector<std::pair<std::string, std::optional<std::int64_t>>> inventories{};
};

struct TracePage {
  std::vector<ProductTrace> traces{};
  std::string next{};
};

// A store's own writing-out of all products, which no rate limit slows down.
struct StoreExport {
  std::string id{};
  enum class State { running, completed, failed, cancelled } state = State::running;
  std::string url{};  // of the result, once completed; empty: there is nothing in it
  std::string error{};
  std::int64_t objects = 0;  // written so far
};

// Products that arrive one after the other; a caller takes as much as it can keep.
class ProductStream {
 public:
  virtual ~ProductStream() = default;
  // At most `count_max`; an empty list at the end. Fails with `unavailable` when the store's answer
  // breaks off.
  virtual Task<Result<std::vector<StoreProduct>>> next(CallContext context,
                                                       std::size_t count_max) = 0;
};

struct OrderLine {
  std::string title;
  std::string variant{};
  std::string sku{};
  std::int64_t quantity = 1;
  std::int64_t fulfilled = 0;
};

struct Shipment {
  std::string status{};  // as the store names it: "in_transit"
  std::string carrier{};
  std::string number{};
  std::string url{};
};

// An order as its buyer may see it.
struct StoreOrder {
  std::string id;
  std::string name{};   // "#1001"
  std::string email{};  // of the buyer, to be compared and never shown
  UnixMs created_at = 0;
  UnixMs cancelled_at = 0;          // 0: it is not
  std::string payment_status{};     // paid | pending | refunded | …
  std::string fulfilment_status{};  // fulfilled | unfulfilled | partial | …
  MicroMoney total = 0;
  std::string currency{};
  std::vector<OrderLine> lines{};
  std::vector<Shipment> shipments{};
};

struct CartLine {
  std::string variant;  // id of the store
  std::int64_t quantity = 1;
};

// What a store tells of itself when it happens, its signature verified.
struct StoreEvent {
  enum class Kind {
    product_changed,     // `product`, when the store sent all of it; else only `product_id`
    product_deleted,     // `product_id`
    inventory_changed,   // `inventory_item_id`; `available` at one of the places, not in all
    order_changed,       // `order_id`
    collection_changed,  // `collection`: it was made, changed or removed
    uninstalled,
    customer_data_request,  // the three that the law asks for
    customer_redact,
    shop_redact,
    other,
  } kind = Kind::other;
  std::string topic{};     // as the store names it
  std::string delivery{};  // of this delivery
  std::string event{};     // of what happened: the same in each delivery of it
  std::string domain{};    // of the shop
  UnixMs triggered_at = 0;
  std::string product_id{};
  std::string inventory_item_id{};
  std::optional<std::int64_t> available{};
  std::string order_id{};
  StoreCollection collection{};
  std::string customer_email{};
};

// What kind of interface a store has.
struct StorefrontAbilities {
  bool has_exports = false;
  bool has_traces = false;
  bool has_orders = false;
  bool has_webhooks = false;
};

// A kind of online shop. Keeps to the rate each store allows by itself: calls wait for their turn.
// Failures: `unauthenticated` (the token is refused), `forbidden` (a scope is missing, or a guarded
// address), `not_found`, `invalid` (an address, an expired cursor: field "cursor"), `unavailable`
// and `timeout` (after its own attempts), `rate_limited`, and the context's.
class Storefront {
 public:
  virtual ~Storefront() = default;
  [[nodiscard]] virtual StorefrontAbilities abilities() const = 0;
  virtual Task<Result<StoreIdentity>> identify(CallContext context, StoreAccess access) = 0;
  // Those that changed since then; all with 0.
  virtual Task<Result<std::int64_t>> count_products(CallContext context, StoreAccess access,
                                                    ProductScope scope, UnixMs updated_since) = 0;

  struct ListRequest {
    ProductScope scope{};
    std::string cursor{};      // empty: from the start
    UnixMs updated_since = 0;  // 0: all
  };
  // In an order that stays, so that a product is not missed when others change meanwhile.
  virtual Task<Result<ProductPage>> list_products(CallContext context, StoreAccess access,
                                                  ListRequest request) = 0;
  virtual Task<Result<TracePage>> list_traces(CallContext context, StoreAccess access,
                                              ListRequest request) = 0;
  // Those that are left, in any order; at most 250 at a time.
  virtual Task<Result<std::vector<StoreProduct>>> get_products(CallContext context,
                                                               StoreAccess access,
                                                               std::vector<std::string> ids) = 0;
  // The id of the product whose variant is counted by that item; `not_found`.
  virtual Task<Result<std::string>> product_of_inventory_item(CallContext context,
                                                              StoreAccess access,
                                                              std::string item) = 0;
  // The collections a store has, at most 1000.
  virtual Task<Result<std::vector<StoreCollection>>> list_collections(CallContext context,
                                                                      StoreAccess access) = 0;

  virtual Task<Result<StoreExport>> start_export(CallContext context, StoreAccess access,
                                                 ProductScope scope) = 0;
  virtual Task<Result<StoreExport>> look_at_export(CallContext context, StoreAccess access,
                                                   std::string id) = 0;
  virtual Task<Result<void>> cancel_export(CallContext context, StoreAccess access,
                                           std::string id) = 0;
  // Behind the first `skip` products of the export's result, for one that goes on.
  virtual Task<Result<std::unique_ptr<ProductStream>>> open_export(CallContext context,
                                                                   StoreAccess access,
                                                                   StoreExport done,
                                                                   std::int64_t skip) = 0;

  // By the number customers know ("1001" or "#1001"); nothing when there is none of it.
  virtual Task<Result<std::optional<StoreOrder>>> find_order(CallContext context,
                                                             StoreAccess access,
                                                             std::string number) = 0;
  // An address that opens the shop's cart with these in it; empty where the kind has none.
  [[nodiscard]] virtual std::string cart_link(const StoreIdentity& store,
                                              const std::vector<CartLine>& lines) const = 0;

  // Tells the store to send its events of every topic AIVA follows to `address`, https; those that
  // are there already stay.
  virtual Task<Result<void>> subscribe(CallContext context, StoreAccess access,
                                       std::string address) = 0;
  // Reads a delivered event. Fails with `unauthenticated` unless its signature fits `secret`, and
  // with `invalid` when it is malformed.
  [[nodiscard]] virtual Result<StoreEvent> read_event(const std::vector<HttpHeader>& headers,
                                                      std::string_view body,
                                                      std::string_view secret) const = 0;

  struct App {
    std::string client_id;
    std::string client_secret;
  };
  // Where the owner of a shop agrees; `state` comes back.
  [[nodiscard]] virtual std::string consent_address(const std::string& address, const App& app,
                                                    const std::string& return_address,
                                                    const std::string& state) const = 0;
  // Whether the query of the way back ("code=…&hmac=…") was signed by the store; constant time.
  [[nodiscard]] virtual Result<void> check_return(std::string_view query,
                                                  std::string_view client_secret) const = 0;
  struct Grant {
    std::string token;
    std::vector<std::string> scopes{};
    std::string refresh_token{};  // empty: the token cannot be renewed
    UnixMs expires_at = 0;        // 0: it does not run out
    UnixMs refresh_expires_at = 0;
  };
  // Asks for a token that runs out and can be renewed, where the store has such.
  virtual Task<Result<Grant>> exchange_code(CallContext context, std::string address, App app,
                                            std::string code) = 0;
  // A new token, and what it is renewed with the next time; the old refresh token may be shown
  // again until the new one is, should the answer be lost. Fails with `unauthenticated` when the
  // store does not take it any more: its owner has to agree again.
  virtual Task<Result<Grant>> renew_grant(CallContext context, std::string address, App app,
                                          std::string refresh_token) = 0;
  // The store's own form of an address an owner typed ("Name.myshopify.com/", "name"); `invalid`.
  [[nodiscard]] virtual Result<std::string> fit_address(std::string_view address) const = 0;
};

}  // namespace aiva
