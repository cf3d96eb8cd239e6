#include "adapters/shopify/internal/catalogue_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "adapters/shopify/internal/list_cursor.h"
#include "adapters/shopify/internal/reading.h"
#include "adapters/shopify/internal/rest_products.h"

namespace aiva::shopify {
namespace {

constexpr std::size_t ids_max = 250;
constexpr std::size_t collections_max = 1000;
constexpr int pages_max = 64;  // of one list of one product, or of all collections

std::unexpected<Error> nonsense(const char* cause) {
  return fail(ErrorCode::unavailable, "The shop's answer makes no sense", cause);
}

Result<std::vector<PartialProduct>> read_nodes(const json::Array& nodes) {
  std::vector<PartialProduct> partials;
  for (const auto& value : nodes) {
    // Null where there is no such product any more.
    const auto* node = value.if_object();
    if (node == nullptr || node->empty()) continue;
    TRY(auto partial, read_product_node(*node));
    partials.push_back(std::move(partial));
  }
  return partials;
}

// The cursor behind a page of a connection; empty: it was the last.
std::string next_of(const json::Object& data, std::string_view connection) {
  const auto* list = object_of(data, connection);
  const auto* info = list == nullptr ? nullptr : object_of(*list, "pageInfo");
  if (info == nullptr || !flag_of(*info, "hasNextPage")) return {};
  return text_of(*info, "endCursor");
}

ProductTrace read_trace(const json::Object& node) {
  ProductTrace trace{.id = number_of_gid(text_of(node, "id"), "Product"),
                     .updated_at = instant_of(node, "updatedAt")};
  const auto* variants = nodes_of(node, "variants");
  if (variants == nullptr) return trace;
  const auto* info = object_of(*object_of(node, "variants"), "pageInfo");
  // A part of the variants says nothing about the rest.
  if (info != nullptr && flag_of(*info, "hasNextPage")) return trace;
  for (const auto& value : *variants) {
    const auto* variant = value.if_object();
    if (variant == nullptr) continue;
    const auto* item = object_of(*variant, "inventoryItem");
    bool is_counted = item != nullptr && flag_of(*item, "tracked");
    trace.inventories.emplace_back(
        number_of_gid(text_of(*variant, "id"), "ProductVariant"),
        is_counted ? integer_of(*variant, "inventoryQuantity") : std::nullopt);
  }
  return trace;
}

Result<void> check_ids(const std::vector<std::string>& ids) {
  if (ids.size() > ids_max) return fail(ErrorCode::too_large, "Too many products at once");
  if (!std::ranges::all_of(ids, [](const std::string& id) { return is_number(id); }))
    return fail(invalid_field("ids", "must be numbers"));
  return {};
}

// Moves the part from `begin` on into a list of its own.
template <class T>
std::vector<T> take_part(std::vector<T>& all, std::size_t begin, std::size_t count) {
  auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
  auto last = first + static_cast<std::ptrdiff_t>(std::min(count, all.size() - begin));
  return {std::make_move_iterator(first), std::make_move_iterator(last)};
}

}  // namespace

Task<Result<StoreIdentity>> CatalogueReader::identify(CallContext context, StoreAccess access) {
  Query query{.text =
                  "{ shop { name myshopifyDomain primaryDomain { host } currencyCode ianaTimezone }"
                  " currentAppInstallation { accessScopes { handle } } }",
              .cost = 4};
  auto asking = api_.query(context, access, std::move(query));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* shop = object_of(data.get_object(), "shop");
  if (shop == nullptr) co_return nonsense("no shop");
  StoreIdentity identity{.name = text_of(*shop, "name"),
                         .domain = text_of(*shop, "myshopifyDomain"),
                         .currency = text_of(*shop, "currencyCode"),
                         .time_zone = text_of(*shop, "ianaTimezone")};
  if (const auto* domain = object_of(*shop, "primaryDomain"))
    if (auto host = text_of(*domain, "host"); !host.empty()) identity.domain = std::move(host);
  const auto* app = object_of(data.get_object(), "currentAppInstallation");
  const auto* scopes = app == nullptr ? nullptr : array_of(*app, "accessScopes");
  if (scopes == nullptr) co_return identity;
  for (const auto& value : *scopes)
    if (const auto* scope = value.if_object()) identity.scopes.push_back(text_of(*scope, "handle"));
  co_return identity;
}

Task<Result<std::int64_t>> CatalogueReader::count_products(CallContext context, StoreAccess access,
                                                           ProductScope scope,
                                                           UnixMs updated_since) {
  CO_TRY(auto search, search_of(scope, updated_since));
  Query query{.text =
                  "query($search: String) { productsCount(query: $search, limit: null) "
                  "{ count } }"};
  if (!search.empty()) query.variables["search"] = search;
  auto asking = api_.query(context, access, std::move(query));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* counted = object_of(data.get_object(), "productsCount");
  auto count = counted == nullptr ? std::nullopt : integer_of(*counted, "count");
  if (!count) co_return nonsense("no count");
  co_return *count;
}

Task<Result<ProductPage>> CatalogueReader::list_products(CallContext context, StoreAccess access,
                                                         Storefront::ListRequest request) {
  CO_TRY(auto cursor, read_cursor(request.cursor, access.uses_rest && is_for_rest(request.scope)));
  if (cursor.is_rest) {
    CO_TRY(auto path,
           cursor.place.empty()
               ? rest_path(request.scope, request.updated_since, false)
               : Result<std::string>("products.json?limit=250&page_info=" + cursor.place));
    auto listing = list_by_rest(context, std::move(access), std::move(path));
    auto listed = co_await std::move(listing);
    co_return listed;
  }
  CO_TRY(auto search, search_of(request.scope, request.updated_since));
  auto listing = list_by_graphql(context, std::move(access), std::move(search), cursor.place);
  auto listed = co_await std::move(listing);
  co_return listed;
}

Task<Result<ProductPage>> CatalogueReader::list_by_graphql(CallContext context, StoreAccess access,
                                                           std::string search, std::string after) {
  auto asking = api_.query(context, access, products_query(search, after));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* nodes = nodes_of(data.get_object(), "products");
  if (nodes == nullptr) co_return nonsense("no products");
  CO_TRY(auto partials, read_nodes(*nodes));
  auto next = next_of(data.get_object(), "products");
  auto completing = complete(context, std::move(access), std::move(partials));
  CO_TRY(auto products, co_await std::move(completing));
  co_return ProductPage{.products = std::move(products),
                        .next = next.empty() ? next : write_cursor({false, next})};
}

Task<Result<ProductPage>> CatalogueReader::list_by_rest(CallContext context, StoreAccess access,
                                                        std::string path) {
  auto getting = api_.get(context, access, std::move(path), "products");
  CO_TRY(auto page, co_await std::move(getting));
  std::vector<StoreProduct> products;
  for (auto& value : page.items) {
    if (!value.is_object()) co_return nonsense("a product that is no object");
    CO_TRY(auto product, read_rest_product(value.get_object()));
    if (product.variants.size() >= rest_variants_shown) {
      auto reading = read_all_variants(context, access, product, std::move(value.get_object()));
      CO_TRY_VOID(co_await std::move(reading));
    }
    products.push_back(std::move(product));
  }
  auto adding = add_extras(context, std::move(access), std::move(products));
  CO_TRY(auto whole, co_await std::move(adding));
  co_return ProductPage{.products = std::move(whole),
                        .next = page.next.empty() ? page.next : write_cursor({true, page.next})};
}

Task<Result<void>> CatalogueReader::read_all_variants(CallContext context, StoreAccess access,
                                                      StoreProduct& product, json::Object shown) {
  product.variants.clear();
  auto path = "products/" + product.id + "/variants.json?limit=250";
  std::string next;
  for (int pages = 0; pages < pages_max; ++pages) {
    auto place = path;
    if (!next.empty()) place.append("&page_info=").append(next);
    auto getting = api_.get(context, access, std::move(place), "variants");
    CO_TRY(auto page, co_await std::move(getting));
    for (const auto& value : page.items)
      if (const auto* variant = value.if_object())
        product.variants.push_back(read_rest_variant(*variant, shown));
    next = page.next;
    if (next.empty()) co_return Result<void>();
  }
  co_return nonsense("a product with too many variants");
}

Task<Result<std::vector<StoreProduct>>> CatalogueReader::add_extras(
    CallContext context, StoreAccess access, std::vector<StoreProduct> products) {
  std::vector<StoreProduct> whole;
  for (std::size_t begin = 0; begin < products.size(); begin += extras_at_once()) {
    auto part = take_part(products, begin, extras_at_once());
    std::vector<std::string> ids;
    for (const auto& product : part) ids.push_back(product.id);
    auto asking = api_.query(context, access, extras_query(ids));
    CO_TRY(auto data, co_await std::move(asking));
    const auto* nodes = array_of(data.get_object(), "nodes");
    if (nodes == nullptr || nodes->size() != part.size()) co_return nonsense("no nodes");
    std::vector<PartialProduct> partials;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto* node = (*nodes)[i].if_object();
      if (node == nullptr) continue;
      PartialProduct partial{.product = std::move(part[i])};
      partial.product.url = text_of(*node, "onlineStoreUrl");
      read_lists(*node, partial);
      partials.push_back(std::move(partial));
    }
    auto completing = complete(context, access, std::move(partials));
    CO_TRY(auto done, co_await std::move(completing));
    std::ranges::move(done, std::back_inserter(whole));
  }
  co_return whole;
}

Task<Result<std::vector<StoreProduct>>> CatalogueReader::complete(
    CallContext context, StoreAccess access, std::vector<PartialProduct> partials) {
  std::vector<StoreProduct> products;
  for (auto& partial : partials) {
    bool is_there = true;
    auto lists = std::exchange(partial.unfinished, {});
    for (std::size_t i = 0; is_there && i < lists.size(); ++i) {
      auto reading = read_rest_of_list(context, access, partial, lists[i]);
      CO_TRY(is_there, co_await std::move(reading));
    }
    if (!is_there || partial.product.variants.empty()) continue;
    finish_product(partial.product);
    products.push_back(std::move(partial.product));
  }
  co_return products;
}

Task<Result<bool>> CatalogueReader::read_rest_of_list(CallContext context, StoreAccess access,
                                                      PartialProduct& partial, Unfinished list) {
  for (int pages = 0; pages < pages_max; ++pages) {
    auto asking =
        api_.query(context, access, rest_query(list.connection, partial.product.id, list.cursor));
    CO_TRY(auto data, co_await std::move(asking));
    const auto* node = object_of(data.get_object(), "product");
    if (node == nullptr) co_return false;
    partial.unfinished.clear();
    read_lists(*node, partial);
    if (partial.unfinished.empty()) co_return true;
    list = std::move(partial.unfinished.front());
  }
  co_return nonsense("a list without an end");
}

Task<Result<TracePage>> CatalogueReader::list_traces(CallContext context, StoreAccess access,
                                                     Storefront::ListRequest request) {
  CO_TRY(auto cursor, read_cursor(request.cursor, access.uses_rest && is_for_rest(request.scope)));
  if (cursor.is_rest) {
    CO_TRY(auto path,
           cursor.place.empty()
               ? rest_path(request.scope, request.updated_since, true)
               : Result<std::string>("products.json?limit=250&fields=id,updated_at,variants"
                                     "&page_info=" +
                                     cursor.place));
    auto listing = traces_by_rest(context, std::move(access), std::move(path));
    auto listed = co_await std::move(listing);
    co_return listed;
  }
  CO_TRY(auto search, search_of(request.scope, request.updated_since));
  auto listing = traces_by_graphql(context, std::move(access), std::move(search), cursor.place);
  auto listed = co_await std::move(listing);
  co_return listed;
}

Task<Result<TracePage>> CatalogueReader::traces_by_graphql(CallContext context, StoreAccess access,
                                                           std::string search, std::string after) {
  auto asking = api_.query(context, std::move(access), traces_query(search, after));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* nodes = nodes_of(data.get_object(), "products");
  if (nodes == nullptr) co_return nonsense("no products");
  TracePage page;
  for (const auto& value : *nodes) {
    const auto* node = value.if_object();
    auto trace = node == nullptr ? ProductTrace{} : read_trace(*node);
    if (trace.id.empty()) co_return nonsense("a product without id");
    page.traces.push_back(std::move(trace));
  }
  auto next = next_of(data.get_object(), "products");
  if (!next.empty()) page.next = write_cursor({false, next});
  co_return page;
}

Task<Result<TracePage>> CatalogueReader::traces_by_rest(CallContext context, StoreAccess access,
                                                        std::string path) {
  auto getting = api_.get(context, std::move(access), std::move(path), "products");
  CO_TRY(auto answer, co_await std::move(getting));
  TracePage page;
  for (const auto& value : answer.items) {
    const auto* product = value.if_object();
    if (product == nullptr) co_return nonsense("a product that is no object");
    CO_TRY(auto trace, read_rest_trace(*product));
    page.traces.push_back(std::move(trace));
  }
  if (!answer.next.empty()) page.next = write_cursor({true, answer.next});
  co_return page;
}

Task<Result<std::vector<StoreProduct>>> CatalogueReader::get_products(
    CallContext context, StoreAccess access, std::vector<std::string> ids) {
  CO_TRY_VOID(check_ids(ids));
  std::vector<StoreProduct> products;
  for (std::size_t begin = 0; begin < ids.size(); begin += products_at_once()) {
    auto part = take_part(ids, begin, products_at_once());
    auto asking = api_.query(context, access, nodes_query(part));
    CO_TRY(auto data, co_await std::move(asking));
    const auto* nodes = array_of(data.get_object(), "nodes");
    if (nodes == nullptr) co_return nonsense("no nodes");
    CO_TRY(auto partials, read_nodes(*nodes));
    auto completing = complete(context, access, std::move(partials));
    CO_TRY(auto done, co_await std::move(completing));
    std::ranges::move(done, std::back_inserter(products));
  }
  co_return products;
}

Task<Result<std::string>> CatalogueReader::product_of_inventory_item(CallContext context,
                                                                     StoreAccess access,
                                                                     std::string item) {
  if (!is_number(item)) co_return fail(invalid_field("inventory_item_id", "must be a number"));
  Query query{.text = "query($id: ID!) { inventoryItem(id: $id) { variant { product { id } } } }",
              .cost = 3};
  query.variables["id"] = make_gid("InventoryItem", item);
  auto asking = api_.query(context, access, std::move(query));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* found = object_of(data.get_object(), "inventoryItem");
  const auto* variant = found == nullptr ? nullptr : object_of(*found, "variant");
  const auto* product = variant == nullptr ? nullptr : object_of(*variant, "product");
  if (product == nullptr) co_return fail(ErrorCode::not_found, "No product has this item");
  auto id = number_of_gid(text_of(*product, "id"), "Product");
  if (id.empty()) co_return nonsense("a product without id");
  co_return id;
}

Task<Result<std::vector<StoreCollection>>> CatalogueReader::list_collections(CallContext context,
                                                                             StoreAccess access) {
  std::vector<StoreCollection> collections;
  std::string after;
  for (int pages = 0; pages < pages_max; ++pages) {
    Query query{.text =
                    "query($after: String) { collections(first: 250, after: $after) { nodes { "
                    "id title } pageInfo { hasNextPage endCursor } } }",
                .cost = 252};
    if (!after.empty()) query.variables["after"] = after;
    auto asking = api_.query(context, access, std::move(query));
    CO_TRY(auto data, co_await std::move(asking));
    const auto* nodes = nodes_of(data.get_object(), "collections");
    if (nodes == nullptr) co_return nonsense("no collections");
    for (const auto& value : *nodes) {
      const auto* node = value.if_object();
      auto id = node == nullptr ? std::string() : number_of_gid(text_of(*node, "id"), "Collection");
      if (id.empty() || collections.size() >= collections_max) continue;
      collections.push_back({std::move(id), text_of(*node, "title")});
    }
    after = next_of(data.get_object(), "collections");
    if (after.empty() || collections.size() >= collections_max) co_return collections;
  }
  co_return nonsense("a list without an end");
}

}  // namespace aiva::shopify
