#pragma once

#include <string>
#include <vector>

#include "adapters/shopify/internal/admin_api.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// How many products a query may ask for at once, so that it costs no more than it may.
std::size_t products_at_once();
std::size_t extras_at_once();

// `products`: a page in the order of ids behind the cursor, which may be empty.
Query products_query(const std::string& search, const std::string& after);
// `products` with id, updatedAt and the stock of variants.
Query traces_query(const std::string& search, const std::string& after);
// `nodes`: products by their numbers, products_at_once() at most.
Query nodes_query(const std::vector<std::string>& ids);
// `nodes`: what REST does not tell of products; extras_at_once() at most.
Query extras_query(const std::vector<std::string>& ids);
// `product` with more of one connection: variants, media, collections or metafields.
Query rest_query(const std::string& connection, const std::string& id, const std::string& after);

// The query a bulk operation runs.
std::string bulk_query(const std::string& search);

// What a search finds (`query:` of lists): `status:active OR …`; empty: all. Fails with `invalid`
// for a collection that is no number.
Result<std::string> search_of(const ProductScope& scope, UnixMs updated_since);

}  // namespace aiva::shopify
