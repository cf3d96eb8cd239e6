#pragma once

#include "faces/http/middleware/exchange.h"
#include "foundation/ip_address.h"

namespace aiva::http {

// The proxies whose word about the client's address counts.
using TrustedProxies = IpBlocks;

// Finds whose request this is: the peer, or the rightmost address in X-Forwarded-For that is no
// trusted proxy, if the peer is one.
void find_client_address(Exchange& exchange, const TrustedProxies& proxies);

}  // namespace aiva::http
