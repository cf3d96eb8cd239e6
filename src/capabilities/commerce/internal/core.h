#pragma once

#include <string>

#include "capabilities/commerce/commerce.h"

namespace aiva::commerce {

// The kinds of stores.
inline constexpr const char* shop_kind = "shopify";
inline constexpr const char* feed_kind = "feed";

// What everything inside this capability shares.
struct Core {
  Core(const CommerceParts& p, const CommerceSettings& s) : parts(p), settings(s) {}

  [[nodiscard]] Storefront& storefront_of(const std::string& kind) const {
    return kind == feed_kind ? parts.feeds : parts.shopify;
  }

  CommerceParts parts;
  CommerceSettings settings;
};

// What seals a store's token, what it is renewed with, and the secret of its own app.
inline std::string token_purpose(StoreId id) { return "store:" + id.to_string(); }
inline std::string refresh_purpose(StoreId id) { return "store-refresh:" + id.to_string(); }
inline std::string app_purpose(StoreId id) { return "store-app:" + id.to_string(); }

// Why a store is in error whose owner has to agree again.
inline constexpr const char* consent_expired = "consent_expired";

// A feed whose content was uploaded has this before the key of the object.
inline constexpr const char* upload_prefix = "upload:";
// Such keys are "feeds/TENANT/STORE".
inline constexpr const char* feed_key_prefix = "feeds/";

}  // namespace aiva::commerce
