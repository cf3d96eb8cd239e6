#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::shopify {

// "name.myshopify.com" of what an owner typed or copied: "Name", "https://name.myshopify.com/",
// "https://admin.shopify.com/store/name". Fails with `invalid` (field "address"); nothing but a
// name below myshopify.com comes out of it.
Result<std::string> fit_address(std::string_view typed);

// Whether it is what fit_address answers.
bool is_shop_address(std::string_view address);

}  // namespace aiva::shopify
