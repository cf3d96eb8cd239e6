#pragma once

#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "ports/http_client.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// Reads a webhook's delivery, as Storefront::read_event says.
Result<StoreEvent> read_event(const std::vector<HttpHeader>& headers, std::string_view body,
                              std::string_view secret);

}  // namespace aiva::shopify
