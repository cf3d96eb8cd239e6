#pragma once

#include <span>
#include <string>

#include "capabilities/commerce/product_search.h"

namespace aiva::commerce {

// Hits as conversations show and keep them: a JSON array of objects, each with id, title,
// description (in short), vendor, price_micro, compare_at_micro, currency, in_stock, stock, url,
// image_url, thumbnail_url, variant_id, variant_title, kb_id and score; what is not known is left
// out. The variant is the one that fits best.
std::string product_cards(std::span<const ProductHit> hits);

// The variant of a hit that fits best.
const Variant& best_variant(const ProductHit& hit);

// The beginning of a text, whole sentences or words of it, on one line of at most `bytes_max`.
std::string in_short(std::string_view text, std::size_t bytes_max);

}  // namespace aiva::commerce
