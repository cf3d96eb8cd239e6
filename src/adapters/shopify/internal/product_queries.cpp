#include "adapters/shopify/internal/product_queries.h"

#include <array>
#include <string_view>
#include <utility>

#include "adapters/shopify/internal/reading.h"
#include "foundation/time.h"

namespace aiva::shopify {
namespace {

// A list below a product: what is asked of each, and how many are asked for with the product, and
// when the rest is asked for. `cost` is of each of them: 1, and 1 for every object in it.
struct Connection {
  std::string_view name;
  std::string_view fields;
  int cost;
  int first;
  int rest;
};

constexpr std::array connections = {
    Connection{"variants",
               "id title sku barcode price compareAtPrice position inventoryPolicy "
               "inventoryQuantity image { url } inventoryItem { id tracked } "
               "selectedOptions { name value }",
               4, 10, 200},
    Connection{"media", "id alt ... on MediaImage { image { url } }", 2, 6, 200},
    Connection{"collections", "id title", 1, 4, 250},
    Connection{"metafields", "id namespace key type value", 1, 10, 250},
};
constexpr std::string_view product_fields =
    "id title handle descriptionHtml vendor productType tags status createdAt updatedAt "
    "publishedAt onlineStoreUrl";
constexpr int list_cost = 2;  // of a list, besides what is in it
constexpr int trace_variants = 10;
constexpr int trace_variant_cost = 2;
constexpr std::array<std::string_view, 2> extras = {"collections", "metafields"};

constexpr int cost_of(const Connection& list, int count) { return list_cost + count * list.cost; }

constexpr int product_cost() {
  int cost = 1;
  for (const auto& list : connections) cost += cost_of(list, list.first);
  return cost;
}

constexpr int extras_cost() {
  int cost = 1;
  for (const auto& list : connections)
    if (list.name == extras[0] || list.name == extras[1]) cost += cost_of(list, list.first);
  return cost;
}

constexpr int trace_cost() { return 1 + list_cost + trace_variants * trace_variant_cost; }

// How many of that cost a list may have.
constexpr int fitting(int cost) { return (static_cast<int>(query_cost_max) - list_cost) / cost; }

std::string write_page(const Connection& list, int first, bool has_cursor) {
  auto text = std::string(list.name) + "(first: " + std::to_string(first);
  if (has_cursor) text += ", after: $after";
  text += ") { nodes { ";
  text += list.fields;
  return text + " } pageInfo { hasNextPage endCursor } }";
}

std::string write_product() {
  std::string text(product_fields);
  for (const auto& list : connections) text += " " + write_page(list, list.first, false);
  return text;
}

std::string write_extras() {
  std::string text = "id onlineStoreUrl";
  for (const auto& list : connections)
    if (list.name == extras[0] || list.name == extras[1])
      text += " " + write_page(list, list.first, false);
  return text;
}

json::Object page_variables(const std::string& search, const std::string& after) {
  json::Object variables;
  if (!search.empty()) variables["search"] = search;
  if (!after.empty()) variables["after"] = after;
  return variables;
}

// A page of products with these fields.
Query list_query(const std::string& fields, int cost, const std::string& search,
                 const std::string& after) {
  int first = fitting(cost);
  return {
      .text = "query($search: String, $after: String) { products(first: " + std::to_string(first) +
              ", after: $after, sortKey: ID, query: $search) { nodes { " + fields +
              " } pageInfo { hasNextPage endCursor } } }",
      .variables = page_variables(search, after),
      .cost = static_cast<double>(list_cost + first * cost)};
}

Query by_ids_query(const std::string& fields, int cost, const std::vector<std::string>& ids) {
  json::Array gids;
  for (const auto& id : ids) gids.emplace_back(make_gid("Product", id));
  json::Object variables;
  variables["ids"] = std::move(gids);
  return {.text = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { " + fields + " } } }",
          .variables = std::move(variables),
          .cost = static_cast<double>(ids.size()) * cost};
}

// A text as a literal of GraphQL, whose escapes are those of JSON.
std::string literal(const std::string& text) { return json::to_text(json::Value(text)); }

template <class List, class Write>
std::string any_of(const List& list, Write write) {
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : " OR ") + write(one);
  return list.size() > 1 ? "(" + text + ")" : text;
}

}  // namespace

std::size_t products_at_once() { return static_cast<std::size_t>(fitting(product_cost())); }
std::size_t extras_at_once() { return static_cast<std::size_t>(fitting(extras_cost())); }

Query products_query(const std::string& search, const std::string& after) {
  return list_query(write_product(), product_cost(), search, after);
}

Query traces_query(const std::string& search, const std::string& after) {
  auto fields = "id updatedAt variants(first: " + std::to_string(trace_variants) +
                ") { nodes { id inventoryQuantity inventoryItem { tracked } } "
                "pageInfo { hasNextPage } }";
  return list_query(fields, trace_cost(), search, after);
}

Query nodes_query(const std::vector<std::string>& ids) {
  return by_ids_query(write_product(), product_cost(), ids);
}

Query extras_query(const std::vector<std::string>& ids) {
  return by_ids_query(write_extras(), extras_cost(), ids);
}

Query rest_query(const std::string& connection, const std::string& id, const std::string& after) {
  json::Object variables;
  variables["id"] = make_gid("Product", id);
  variables["after"] = after;
  Query query{.text = {}, .variables = std::move(variables)};
  for (const auto& list : connections) {
    if (list.name != connection) continue;
    query.text = "query($id: ID!, $after: String) { product(id: $id) { " +
                 write_page(list, list.rest, true) + " } }";
    query.cost = 1 + cost_of(list, list.rest);
  }
  return query;
}

std::string bulk_query(const std::string& search) {
  std::string text = "{ products";
  if (!search.empty()) text += "(query: " + literal(search) + ")";
  text += " { edges { node { ";
  text += product_fields;
  for (const auto& list : connections) {
    text += " ";
    text += list.name;
    text += " { edges { node { ";
    text += list.fields;
    text += " } } }";
  }
  return text + " } } } }";
}

Result<std::string> search_of(const ProductScope& scope, UnixMs updated_since) {
  for (const auto& id : scope.collections)
    if (!is_number(id)) return fail(invalid_field("collections", "must be numbers"));
  std::string search;
  auto add = [&search](const std::string& part) {
    if (!part.empty()) search += (search.empty() ? "" : " AND ") + part;
  };
  add(any_of(scope.states,
             [](ProductState state) { return "status:" + std::string(to_string(state)); }));
  add(any_of(scope.collections, [](const std::string& id) { return "collection_id:" + id; }));
  if (updated_since > 0) {
    // Shops tell whole seconds.
    auto instant = to_iso8601(updated_since);
    add("updated_at:>='" + instant.substr(0, instant.find('.')) + "Z'");
  }
  return search;
}

}  // namespace aiva::shopify
