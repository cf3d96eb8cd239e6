#pragma once

#include <string>
#include <string_view>

#include "capabilities/commerce/types.h"
#include "faces/http/request.h"
#include "faces/http/response.h"

namespace aiva::http {

// The query of the request, encoded again as browsers do: what a shop signed.
std::string query_as_sent(const Request& request);

// What the owner of a shop sees who comes back from its consent page.
Response given_consent_page(const commerce::Store& store);
Response refused_consent_page(int status, std::string_view reason);

}  // namespace aiva::http
