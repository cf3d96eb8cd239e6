#pragma once

#include "capabilities/commerce/catalogue.h"
#include "capabilities/commerce/product_search.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Write one JSON value each; money is a decimal text beside its currency.
void write_product(JsonWriter& writer, const commerce::Product& product);
// An entry of `product_results`.
void write_product_hit(JsonWriter& writer, const commerce::ProductHit& hit);
void write_product_answer(JsonWriter& writer, const commerce::ProductAnswer& answer);

}  // namespace aiva::http
