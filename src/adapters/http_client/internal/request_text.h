#pragma once

#include <string>

#include "adapters/http_client/internal/url.h"
#include "foundation/result.h"
#include "ports/http_client.h"

namespace aiva::http_client {

// The bytes of a request's head up to the empty line. Fails with `invalid` on methods, header names
// or values HTTP does not allow, and on headers this client sets itself.
Result<std::string> write_request_head(const HttpRequest& request, const Url& url);

// Whether sending the request twice has the effect of sending it once (RFC 9110 section 9.2.2).
bool is_idempotent(const std::string& method);

}  // namespace aiva::http_client
