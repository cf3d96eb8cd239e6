#pragma once

#include <string>

#include "adapters/product_feed/product_feed.h"

namespace aiva::product_feed {

// Fetches the content of a feed, from where it was uploaded or from its URL: again where that may
// help, and through a few redirects, each of which is guarded as the first address is. Fails as
// Storefront says.
Task<Result<std::string>> fetch_feed(const ProductFeedParts& parts,
                                     const ProductFeedSettings& settings, CallContext context,
                                     StoreAccess access);

// Fails with `invalid` (field "address") unless it is a URL or of an upload.
Result<void> check_address(std::string_view address);
// The host of a URL; empty for what is none.
std::string host_of(std::string_view address);
// Where a redirect leads from `from`; fails with `unavailable` when it leads to no URL.
Result<std::string> resolve_redirect(const std::string& from, std::string_view location);

}  // namespace aiva::product_feed
