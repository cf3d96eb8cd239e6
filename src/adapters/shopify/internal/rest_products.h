#pragma once

#include <string>

#include "foundation/json.h"
#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// REST shows this many variants of a product; where there are as many, there may be more.
inline constexpr std::size_t rest_variants_shown = 100;

// A product of REST, which knows neither its collections nor its metafields. Variants name their
// images by address, as finish_product wants it. Fails with `unavailable` when it has no id.
Result<StoreProduct> read_rest_product(const json::Object& shown);
// A variant of a product, which names the options and the images.
StoreVariant read_rest_variant(const json::Object& shown, const json::Object& shown_product);

// What tells that it changed; without inventories where not all variants are shown.
Result<ProductTrace> read_rest_trace(const json::Object& shown);

// "products.json?limit=250&…" for a scope REST can express.
Result<std::string> rest_path(const ProductScope& scope, UnixMs updated_since, bool is_trace);
// Whether it can: one collection at most.
bool is_for_rest(const ProductScope& scope);

}  // namespace aiva::shopify
