#include "capabilities/commerce/internal/shop_desk.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "capabilities/commerce/internal/folded.h"
#include "capabilities/commerce/product_card.h"
#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::commerce {
namespace {

// "#1001 " is "1001".
std::string plain_number(std::string_view text) {
  auto number = folded(text);
  if (number.starts_with('#')) number.erase(0, 1);
  return number;
}

// In a time that tells nothing about either.
bool is_same_address(std::string_view given, std::string_view of_order) {
  auto digest_of = [](std::string_view address) { return to_hex(sha256(folded(address))); };
  bool is_same = equal_in_constant_time(digest_of(given), digest_of(of_order));
  return is_same && !folded(of_order).empty();
}

// The product and variant that a cart's item names.
Result<CartEntry> find_entry(std::span<const Product> products, const CartItem& item) {
  for (const auto& product : products)
    for (const auto& variant : product.variants)
      if (is_named(variant, item.name))
        return CartEntry{.product = &product, .variant = &variant, .quantity = item.quantity};
  return fail(ErrorCode::not_found, "There is no variant \"" + item.name + "\"");
}

Result<void> check_available(const CartEntry& entry) {
  const auto& there = entry.variant->there;
  auto name = entry.product->there.title + " (" + there.title + ")";
  if (!there.is_available()) return fail(ErrorCode::conflict, name + " is sold out");
  bool is_counted = there.inventory && !there.is_sold_beyond_stock;
  if (is_counted && *there.inventory < entry.quantity)
    return fail(ErrorCode::conflict,
                "Of " + name + " there are only " + std::to_string(*there.inventory) + " left");
  return {};
}

// Of one shop, and each thing once.
Result<std::vector<CartEntry>> fill_cart(std::span<const Product> products,
                                         std::span<const CartItem> items) {
  std::vector<CartEntry> cart;
  for (const auto& item : items) {
    TRY(auto entry, find_entry(products, item));
    auto same = std::ranges::find(cart, entry.variant, &CartEntry::variant);
    if (same == cart.end())
      cart.push_back(entry);
    else
      same->quantity += entry.quantity;
  }
  for (const auto& entry : cart) {
    TRY_VOID(check_available(entry));
    if (entry.product->store != cart.front().product->store)
      return fail(ErrorCode::invalid, "The items are of different shops: make a cart for each");
  }
  return cart;
}

}  // namespace

Task<Result<ShopResult>> ShopDesk::search(CallContext context, Bases bases, std::string arguments) {
  CO_TRY(auto wanted, read_search_arguments(arguments));
  ProductQuery query{.knowledge_base = bases.front(),
                     .other_bases = {bases.begin() + 1, bases.end()},
                     .text = std::move(wanted.query),
                     .filter = std::move(wanted.filter),
                     .sort = wanted.sort,
                     .limit = wanted.limit};
  auto searching = parts_.search.search(context, std::move(query));
  CO_TRY(auto answer, co_await std::move(searching));
  ShopResult result{.text = write_search_result(answer), .cards = product_cards(answer.hits)};
  co_return result;
}

Task<Result<ShopResult>> ShopDesk::check_stock(CallContext context, Bases bases,
                                               std::string arguments) {
  CO_TRY(auto name, read_stock_arguments(arguments));
  std::vector<std::string> names;
  names.push_back(name);
  auto naming = parts_.search.named(context, std::move(bases), std::move(names));
  CO_TRY(auto products, co_await std::move(naming));
  if (products.empty())
    co_return fail(ErrorCode::not_found, "The shop has no product of that id or SKU");
  co_return ShopResult{.text = write_stock(products.front(), name)};
}

Task<Result<std::vector<OpenStore>>> ShopDesk::open_stores(CallContext context, Bases bases) {
  std::vector<OpenStore> opened;
  for (auto base : bases) {
    auto opening = parts_.stores.of_base(context, base);
    auto store = co_await std::move(opening);
    CO_TRY_VOID(context.check());
    // One that cannot be opened does not keep the others from being asked.
    if (!store)
      log::failure("A store cannot be opened for an agent", context, store.error());
    else if (*store && (*store)->storefront != nullptr)
      opened.push_back(**std::move(store));
  }
  co_return opened;
}

Task<bool> ShopDesk::has_orders(CallContext context, Bases bases) {
  auto opening = open_stores(context, std::move(bases));
  auto stores = co_await std::move(opening);
  if (!stores) co_return false;
  co_return std::ranges::any_of(
      *stores, [](const OpenStore& open) { return open.storefront->abilities().has_orders; });
}

Task<Result<ShopResult>> ShopDesk::order_status(CallContext context, Bases bases,
                                                std::string arguments, std::string asker) {
  CO_TRY(auto wanted, read_order_arguments(arguments));
  auto number = plain_number(wanted.number);
  if (!tries_.take(context.tenant, asker, number))
    co_return fail(ErrorCode::rate_limited,
                   "Orders were asked for too often in this conversation; a person must help");
  auto opening = open_stores(context, std::move(bases));
  CO_TRY(auto stores, co_await std::move(opening));
  std::optional<Error> failure;
  for (const auto& open : stores) {
    if (!open.storefront->abilities().has_orders) continue;
    auto finding = open.storefront->find_order(context, open.access, number);
    auto order = co_await std::move(finding);
    CO_TRY_VOID(context.check());
    if (!order) {
      log::failure("A store does not tell of an order", context, order.error());
      failure = std::move(order.error());
    } else if (*order && is_same_address(wanted.email, (*order)->email)) {
      co_return ShopResult{.text = write_order(**order)};
    }
  }
  if (failure)
    co_return fail(ErrorCode::unavailable, "The shop does not answer right now; try again later");
  co_return ShopResult{.text = write_no_order()};
}

Task<Result<ShopResult>> ShopDesk::cart_link(CallContext context, Bases bases,
                                             std::string arguments) {
  CO_TRY(auto items, read_cart_arguments(arguments));
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  auto naming = parts_.search.named(context, std::move(bases), std::move(names));
  CO_TRY(auto products, co_await std::move(naming));
  CO_TRY(auto cart, fill_cart(products, items));
  auto opening = parts_.stores.open(context, cart.front().product->store);
  CO_TRY(auto open, co_await std::move(opening));
  std::vector<CartLine> lines;
  for (const auto& entry : cart)
    lines.push_back({.variant = entry.variant->there.id, .quantity = entry.quantity});
  auto url = open.storefront->cart_link(open.store.identity, lines);
  if (url.empty())
    co_return fail(ErrorCode::unavailable,
                   "The shop has no links to carts; give the user the products' pages");
  co_return ShopResult{.text = write_cart(cart, url)};
}

}  // namespace aiva::commerce
