#pragma once

#include <string>

#include "capabilities/commerce/product_search.h"
#include "faces/http/request.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::http {

struct ProductWish {
  commerce::ProductQuery query{};
  std::string image{};  // the bytes of a picture to look for; empty: none
};

// Reads the body of a search for products; fails with `invalid` and every field that is wrong, or
// `too_large` (the image).
Result<ProductWish> read_product_wish(const json::Value& body);

// The fields of a form as such a body: numbers and flags are read, `filters` is JSON. Fails with
// `invalid` (filters).
Result<json::Value> product_form(const UploadedForm& form);

}  // namespace aiva::http
