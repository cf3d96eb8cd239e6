#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::shopify {

// `origin`: of the shop.
std::string consent_address(const std::string& origin, const Storefront::App& app,
                            const std::vector<std::string>& scopes,
                            const std::string& return_address, const std::string& state);

// Whether a query was signed with the app's secret: HMAC-SHA-256 over its parameters but `hmac`,
// sorted by name and encoded as forms are. Fails with `unauthenticated`.
Result<void> check_return(std::string_view query, std::string_view client_secret);

// What is posted for the token of a code, which shall be one that runs out and can be renewed, and
// for the next one.
std::string write_exchange(const Storefront::App& app, const std::string& code);
std::string write_renewal(const Storefront::App& app, const std::string& refresh_token);
Result<Storefront::Grant> read_grant(const json::Object& answer, UnixMs now);

}  // namespace aiva::shopify
