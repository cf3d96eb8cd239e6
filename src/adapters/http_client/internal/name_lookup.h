#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <vector>

#include "adapters/http_client/internal/asio.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"

namespace aiva::http_client {

// Finds the addresses of a host (at most eight, in the system's order of preference) without
// holding up the loop; an address is its own answer. `unavailable` when there are none.
Awaitable<Result<std::vector<asio::ip::address>>> find_addresses(ThreadPool& pool,
                                                                 std::string host);

}  // namespace aiva::http_client
