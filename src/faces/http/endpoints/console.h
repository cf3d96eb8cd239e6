#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "faces/http/route.h"

namespace aiva::http {

// GET /console and all below it: the console as `console/dist` is built, and GET / that leads
// there. A path that is no file of the folder is answered with the page, which knows what it means.
// The folder is read once; without a built console in it /console answers `not_found`, and / leads
// to /docs.
std::vector<Route> console_routes(const std::filesystem::path& folder);

// The policy of the page (https://www.w3.org/TR/CSP3/): nothing from elsewhere, no inline script,
// and only style elements that carry `nonce`.
std::string console_policy(std::string_view nonce);

}  // namespace aiva::http
